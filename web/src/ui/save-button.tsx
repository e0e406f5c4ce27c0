import { useState } from "preact/hooks";
import type { Failure } from "../api/client.ts";
import { Icon } from "./icon.tsx";

/// Saves something; what kept it from that, where something did.
export type OnSave = () => Promise<Failure | undefined> | undefined;

/// The button that saves something as CSV. `part` says which part of it, where not all of it is saved.
export function SaveButton({ what, part, onSave }: { what: string; part?: string | undefined; onSave: OnSave }) {
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const name = part === undefined ? what : `${part} of ${what}`;
  const save = async () => {
    setBusy(true);
    setFailure(await onSave());
    setBusy(false);
  };
  return (
    <>
      {failure && <span role="alert">Not saved: {failure.message}</span>}
      <button
        type="button"
        class="button button-quiet"
        disabled={busy}
        onClick={save}
        aria-label={`Download ${name} as CSV`}
      >
        <Icon name="save" />
        {part === undefined ? <span class="button-word">CSV</span> : `CSV of ${part}`}
      </button>
    </>
  );
}
