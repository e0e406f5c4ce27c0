// The parts of ECharts that are drawn with: loaded when the first chart is in sight.
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init as create, type EChartsType, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, HeatmapChart, GridComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

export type Drawing = EChartsType;

/** An empty drawing that fills its element. */
export function init(element: HTMLElement): Drawing {
  return create(element, undefined, { renderer: "canvas" });
}
