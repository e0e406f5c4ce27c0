import type { EChartsOption } from "echarts";
import { useEffect, useRef, useState } from "preact/hooks";
import { useStore } from "../api/store.ts";
import { scheme } from "../ui/theme.ts";
import { t } from "../words/language.ts";
import type { Drawing } from "./engine.ts";
import { type Palette, palette } from "./palette.ts";

interface CanvasProps {
  /** What is drawn, for who can't see it. */
  label: string;
  height: number;
  draw: (colors: Palette) => EChartsOption;
  /** The column that was clicked, and the series where one of its parts was. */
  onPick?: (index: number, series: number | undefined) => void;
  /** Whether a click on that column leads anywhere. */
  canPick?: (index: number) => boolean;
  /** Which column lies at that place of the grid, in units of its axes. */
  columnAt: (x: number, y: number) => number;
  /** Takes the function that gives the drawing as a PNG. */
  onReady?: (toPng: () => Promise<Blob | null>) => void;
}

/** A drawing in a place of a fixed height, so that nothing moves when it comes. */
export function Canvas({ label, height, draw, onPick, canPick, columnAt, onReady }: CanvasProps) {
  const element = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const picks = useRef({ onPick, canPick, columnAt });
  picks.current = { onPick, canPick, columnAt };
  const [missing, setMissing] = useState(false);
  const theme = useStore(scheme);
  const latest = useRef(draw);
  latest.current = draw;

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes is read from the refs
  useEffect(() => {
    const place = element.current;
    if (!place) return;
    let made: Drawing | undefined;
    let gone = false;
    const resize = new ResizeObserver(() => made?.resize());
    const load = import("./engine.ts").catch(() => {
      // After an update of the server its files have other names: the page has to be loaded again.
      if (!gone) setMissing(true);
    });
    load.then((engine) => {
      if (gone || !engine) return;
      const { init } = engine;
      made = init(place);
      drawing.current = made;
      made.setOption(latest.current(palette()));
      followClicks(made, () => picks.current);
      resize.observe(place);
      onReady?.(() => toPng(latest.current));
    });
    return () => {
      gone = true;
      resize.disconnect();
      made?.dispose();
      drawing.current = undefined;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the palette gives
  useEffect(() => {
    drawing.current?.setOption(draw(palette()), { notMerge: false, replaceMerge: ["series"] });
  }, [draw, theme]);

  useEffect(() => {
    const redraw = (size?: { width: number; height: number }) => {
      drawing.current?.resize(size);
      drawing.current?.setOption({ ...latest.current(palette()), animation: false });
      // At once: the browser takes its picture of the page right after.
      drawing.current?.getZr().flush();
    };
    const onPrint = () => {
      const isWhole = element.current?.closest(".charts > :only-child, main > .chart") !== null;
      redraw({ width: isWhole ? PAPER.whole : PAPER.half, height: PAPER.height * height });
    };
    const onPrinted = () => redraw();
    addEventListener("beforeprint", onPrint);
    addEventListener("afterprint", onPrinted);
    return () => {
      removeEventListener("beforeprint", onPrint);
      removeEventListener("afterprint", onPrinted);
    };
  }, [height]);

  if (missing) return <ErrorNote height={height} />;
  return <div ref={element} class="canvas" role="img" aria-label={label} style={{ height: `${height}px` }} />;
}

function ErrorNote({ height }: { height: number }) {
  return (
    <div class="state" role="alert" style={{ minHeight: `${height}px` }}>
      <strong>{t("This chart could not be loaded")}</strong>
      <p>{t("Load the page again, or show the figures as a table.")}</p>
    </div>
  );
}

type Picks = Pick<CanvasProps, "onPick" | "canPick" | "columnAt">;

/** A click anywhere in a column picks it: a line of 90 days has no other place that a pointer could hit. */
function followClicks(made: Drawing, picks: () => Picks): void {
  let series: number | undefined;
  const columnOf = (event: { offsetX: number; offsetY: number }): number | undefined => {
    const at = [event.offsetX, event.offsetY];
    if (!made.containPixel({ gridIndex: 0 }, at)) return undefined;
    const [x = 0, y = 0] = made.convertFromPixel({ gridIndex: 0 }, at) as number[];
    const column = picks().columnAt(Math.round(x), Math.round(y));
    return picks().canPick?.(column) ? column : undefined;
  };
  // The part of a stack comes first, with the same click.
  made.on("click", (event) => {
    series = event.seriesIndex;
  });
  made.getZr().on("click", (event) => {
    const column = columnOf(event);
    const part = series;
    series = undefined;
    if (column !== undefined) picks().onPick?.(column, part);
  });
  made.getZr().on("mousemove", (event) => {
    made.getZr().setCursorStyle(columnOf(event) === undefined ? "default" : "pointer");
  });
}

/**
 * How wide a chart is on paper, in pixels, alone in its line or one of two, and how high compared with the screen: four of them
 * stand on a page with the cards. Its letters are as large as on the screen.
 */
const PAPER = { whole: 660, half: 320, height: 0.75 };

const PNG = { width: 960, height: 400 };

/** The drawing for a document: of one size whatever the window's, sharp in print, on the page's own ground. */
async function toPng(draw: (colors: Palette) => EChartsOption): Promise<Blob | null> {
  const { init } = await import("./engine.ts");
  const place = document.createElement("div");
  Object.assign(place.style, {
    position: "fixed",
    left: "-10000px",
    width: `${PNG.width}px`,
    height: `${PNG.height}px`,
  });
  document.body.append(place);
  const colors = palette();
  const drawing = init(place);
  drawing.setOption({ ...draw(colors), animation: false, backgroundColor: colors.surface });
  const canvas = drawing.renderToCanvas({ pixelRatio: 2, backgroundColor: colors.surface });
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  drawing.dispose();
  place.remove();
  return blob;
}
