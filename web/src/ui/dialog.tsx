import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../words/language.ts";
import { Icon } from "./icon.tsx";

interface DialogProps {
  title: ComponentChildren;
  onClose: () => void;
  /** At the side, for lists; in the middle, for questions. */
  shape?: "drawer" | "box";
  children: ComponentChildren;
}

/** What stands above the page until it is closed. The browser keeps the focus inside, and gives it back. */
export function Dialog({ title, onClose, shape = "box", children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const element = dialog.current;
    const from = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (from instanceof HTMLElement && from.isConnected) from.focus();
    };
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  const backdrop = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it too, through onCancel
    <dialog ref={dialog} class={`dialog dialog-${shape}`} aria-labelledby={name} onCancel={cancel} onClick={backdrop}>
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={name}>{title}</h2>
          <button type="button" class="button button-icon" aria-label={t("Close")} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
