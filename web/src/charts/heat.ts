import type { EChartsOption } from "echarts";
import { hour, weekday, weekdayLong } from "../words/days.ts";
import { t } from "../words/language.ts";
import { count } from "../words/numbers.ts";
import { FONT } from "./option.ts";
import type { Palette } from "./palette.ts";
import { element } from "./tip.ts";

/** The events of an hour of the week. */
export interface Hour {
  weekday: number;
  hour: number;
  count: number;
}

/** A week as a map: hours across, days down, the more the darker. */
export function heatOption(hours: Hour[], colors: Palette): EChartsOption {
  const steps = heatSteps(hours);
  const label = { color: colors.muted, fontSize: 11 };
  const bare = { axisTick: { show: false }, axisLine: { show: false }, splitArea: { show: false } };
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 4, right: 4, top: 4, bottom: 4, outerBoundsMode: "same" },
    xAxis: {
      type: "category",
      data: Array.from({ length: 24 }, (_, at) => hour(at)),
      axisLabel: { ...label, interval: 2, hideOverlap: true },
      ...bare,
    },
    yAxis: { type: "category", inverse: true, data: [1, 2, 3, 4, 5, 6, 7].map(weekday), axisLabel: label, ...bare },
    visualMap: {
      show: false,
      type: "piecewise",
      pieces: steps.map(({ from, to }, at) => ({ min: from, max: to, color: colors.heat[at] ?? "" })),
    },
    tooltip: {
      className: "chart-tip",
      confine: true,
      borderWidth: 0,
      padding: 0,
      backgroundColor: "transparent",
      formatter: (point) => {
        const one = hours[(point as { dataIndex: number }).dataIndex];
        return one ? heatTip(one) : "";
      },
    },
    series: [
      {
        type: "heatmap",
        data: hours.map((one) => [one.hour, one.weekday - 1, one.count]),
        itemStyle: { borderColor: colors.surface, borderWidth: 2, borderRadius: 4 },
        emphasis: { itemStyle: { borderColor: colors.text } },
      },
    ],
  };
}

/** What a colour of the map stands for: so many events, from the one to the other. */
export interface HeatStep {
  from: number;
  to: number;
}

/** None stands apart from few; the rest is cut into at most four steps of about the same size. */
export function heatSteps(hours: Hour[]): HeatStep[] {
  const most = Math.max(0, ...hours.map((one) => one.count));
  const parts = Math.min(4, most);
  const steps = Array.from({ length: parts }, (_, at) => ({
    from: Math.floor((most * at) / parts) + 1,
    to: Math.floor((most * (at + 1)) / parts),
  }));
  return [{ from: 0, to: 0 }, ...steps];
}

/** The hours with the most events, in words. */
export function busiest(hours: Hour[]): string | undefined {
  const top = hours.reduce((best, one) => (one.count > best.count ? one : best), { weekday: 1, hour: 0, count: 0 });
  return top.count === 0 ? undefined : t("Busiest: {0}, {1}", span(top), count(top.count));
}

/** Wednesday, 14:00 – 15:00 */
export function span(one: { weekday: number; hour: number }): string {
  return `${weekdayLong(one.weekday)}, ${hour(one.hour)} – ${hour((one.hour + 1) % 24)}`;
}

function heatTip(one: Hour): HTMLElement {
  const box = element("div", "tip");
  box.append(element("strong", "", span(one)), element("b", "", count(one.count)));
  return box;
}
