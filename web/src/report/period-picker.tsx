import { useState } from "preact/hooks";
import type { PeriodPreset } from "../../generated/graphql.ts";
import { Icon } from "../ui/icon.tsx";
import { Popover } from "../ui/popover.tsx";
import { Segments } from "../ui/segments.tsx";
import { PRESETS } from "../url/report-state.ts";
import type { PeriodChoice } from "../words/calendar.ts";
import { dayRange } from "../words/days.ts";
import { t } from "../words/language.ts";
import { PRESET_NAMES } from "../words/names.ts";

const QUICK = [
  { id: "LAST_7_DAYS", name: t("7 days") },
  { id: "LAST_30_DAYS", name: t("30 days") },
  { id: "LAST_90_DAYS", name: t("90 days") },
] as const satisfies readonly { id: PeriodPreset; name: string }[];

interface PeriodPickerProps {
  period: PeriodChoice;
  today: string;
  onChange: (period: PeriodChoice) => void;
}

/** The usual periods in sight, all others in a panel. */
export function PeriodPicker({ period, today, onChange }: PeriodPickerProps) {
  const preset = "preset" in period ? period.preset : undefined;
  const quick = QUICK.find(({ id }) => id === preset)?.id;
  const label =
    "from" in period ? dayRange(period.from, period.to) : quick ? t("Custom range") : PRESET_NAMES[period.preset];
  return (
    <div class="period-picker">
      <Segments title={t("Period")} options={QUICK} chosen={quick} onChoose={(id) => onChange({ preset: id })} />
      <Popover
        title={t("Period")}
        active={!quick}
        label={
          <>
            <Icon name="calendar" />
            {label}
          </>
        }
      >
        {(close) => (
          <div class="period-panel">
            <div class="period-presets">
              {PRESETS.map((one) => (
                <button
                  key={one}
                  type="button"
                  class="button button-plain"
                  aria-pressed={one === preset}
                  onClick={() => {
                    onChange({ preset: one });
                    close();
                  }}
                >
                  {PRESET_NAMES[one]}
                </button>
              ))}
            </div>
            <CustomRange
              period={period}
              today={today}
              onChange={(range) => {
                onChange(range);
                close();
              }}
            />
          </div>
        )}
      </Popover>
    </div>
  );
}

function CustomRange({ period, today, onChange }: PeriodPickerProps) {
  const [from, setFrom] = useState("from" in period ? period.from : "");
  const [to, setTo] = useState("to" in period ? period.to : today);
  const submit = (event: Event) => {
    event.preventDefault();
    onChange(from <= to ? { from, to } : { from: to, to: from });
  };
  return (
    <form class="period-custom" onSubmit={submit}>
      <label>
        {t("From")}
        <input
          class="input"
          type="date"
          required
          value={from}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label>
        {t("To")}
        <input class="input" type="date" required value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button button-main">
        {t("Show")}
      </button>
    </form>
  );
}
