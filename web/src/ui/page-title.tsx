import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { takeArrival } from "../url/router.ts";

interface PageTitleProps {
  /** For the window. */
  name: string;
  children: ComponentChildren;
}

/** The heading of a page. It takes the focus where a link led to the page, so that reading begins there. */
export function PageTitle({ name, children }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} · Caseload`;
    if (takeArrival()) heading.current?.focus({ preventScroll: true });
  }, [name]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
