import type { EChartsOption } from "echarts";
import { useEffect, useRef } from "preact/hooks";
import { useStore } from "../api/store.ts";
import { scheme } from "../shell/theme.ts";
import type { Drawing } from "./engine.ts";
import { type Palette, palette } from "./palette.ts";

interface CanvasProps {
  /// What is drawn, for who can't see it.
  label: string;
  height: number;
  draw: (colors: Palette) => EChartsOption;
  /// The place in its series, and the series, of what was clicked.
  onPick?: (index: number, series: number) => void;
  /// Takes the function that gives the drawing as a PNG.
  onReady?: (toPng: () => Promise<Blob | null>) => void;
}

/// A drawing in a place of a fixed height, so that nothing moves when it comes.
export function Canvas({ label, height, draw, onPick, onReady }: CanvasProps) {
  const element = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const picked = useRef(onPick);
  picked.current = onPick;
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
    import("./engine.ts").then(({ init }) => {
      if (gone) return;
      made = init(place);
      drawing.current = made;
      made.setOption(latest.current(palette()));
      made.on("click", (event) => picked.current?.(event.dataIndex, event.seriesIndex ?? 0));
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

  return <div ref={element} class="canvas" role="img" aria-label={label} style={{ height: `${height}px` }} />;
}

const PNG = { width: 960, height: 400 };

/// The drawing for a document: of one size whatever the window's, sharp in print, on the page's own ground.
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
