import { useState } from "preact/hooks";
import { RebuildDocument } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { useViewer } from "../report/viewer.ts";
import { Dialog } from "../ui/dialog.tsx";
import { dayRange } from "../words/days.ts";
import { t } from "../words/language.ts";

/** Asks which days to make anew from their facts, and whether that is meant. */
export function Rebuild({ onClose, onBegun }: { onClose: () => void; onBegun: () => void }) {
  const { workspace } = useViewer();
  const [everything, setEverything] = useState(false);
  const [from, setFrom] = useState(workspace.today);
  const [to, setTo] = useState(workspace.today);
  const rebuild = useChange(RebuildDocument, () => {
    onBegun();
    onClose();
  });
  const range = from <= to ? { from, to } : { from: to, to: from };
  const submit = (event: Event) => {
    event.preventDefault();
    rebuild.run(everything ? {} : { range });
  };
  return (
    <Dialog title={t("Rebuild from the facts")} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <label class="check">
          <input type="radio" name="what" checked={!everything} onChange={() => setEverything(false)} />
          {t("These days")}
        </label>
        <div class="period-custom">
          <label>
            {t("From")}
            <input
              class="input"
              type="date"
              required
              disabled={everything}
              value={from}
              onInput={(event) => setFrom(event.currentTarget.value)}
            />
          </label>
          <label>
            {t("To")}
            <input
              class="input"
              type="date"
              required
              disabled={everything}
              value={to}
              onInput={(event) => setTo(event.currentTarget.value)}
            />
          </label>
        </div>
        <label class="check">
          <input type="radio" name="what" checked={everything} onChange={() => setEverything(true)} />
          {t("Everything")}
        </label>
        <p>
          {t(
            "To be read and computed anew: {0}. The figures of now stay until that is done.",
            everything ? t("every day") : from && to ? dayRange(range.from, range.to) : t("nothing"),
          )}
        </p>
        {rebuild.failure && <p role="alert">{rebuild.failure.message}</p>}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("Not now")}
          </button>
          <button type="submit" class="button button-main" disabled={rebuild.busy}>
            {t("Rebuild")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
