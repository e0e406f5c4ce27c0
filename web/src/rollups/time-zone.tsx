import { useState } from "preact/hooks";
import { SetTimezoneDocument } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Section } from "../ui/section.tsx";
import { t } from "../words/language.ts";

interface TimeZoneProps {
  timezone: string;
  pending: string | null;
  onChange: () => void;
}

/** In which zone the workspace's days lie. */
export function TimeZone({ timezone, pending, onChange }: TimeZoneProps) {
  const [zone, setZone] = useState(timezone);
  const [asking, setAsking] = useState(false);
  const set = useChange(SetTimezoneDocument, () => {
    setAsking(false);
    onChange();
  });
  // Names as the browser has them, some of them old ones: the server brings them to those of today.
  const zones = [...new Set([timezone, "UTC", ...Intl.supportedValuesOf("timeZone")])].sort();
  const note = pending
    ? t("{0} takes effect when its rebuild is done", pending)
    : t("Days begin at midnight in {0}", timezone);
  return (
    <Section title={t("Time zone")} note={note}>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          setAsking(true);
        }}
      >
        <span class="select">
          <label for="zone">{t("Zone")}</label>
          <select id="zone" value={zone} onChange={(event) => setZone(event.currentTarget.value)}>
            {zones.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </span>
        <button type="submit" class="button" disabled={zone === timezone}>
          {t("Change…")}
        </button>
      </form>
      {asking && (
        <Dialog title={t("Change the zone to {0}?", zone)} onClose={() => setAsking(false)}>
          <p>
            {t(
              "Every day will be rolled up again. The new zone takes effect for all of them at once, when that is done.",
            )}
          </p>
          {set.failure && <p role="alert">{set.failure.message}</p>}
          <footer class="dialog-foot">
            <button type="button" class="button" onClick={() => setAsking(false)}>
              {t("Not now")}
            </button>
            <button
              type="button"
              class="button button-main"
              disabled={set.busy}
              onClick={() => set.run({ timezone: zone })}
            >
              {t("Change")}
            </button>
          </footer>
        </Dialog>
      )}
    </Section>
  );
}
