import { useState } from "preact/hooks";
import { RebuildDocument } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { useViewer } from "../report/viewer.ts";
import { Dialog } from "../ui/dialog.tsx";
import { dayRange } from "../words/days.ts";

/// Asks which days to make anew from their facts, and whether that is meant.
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
    <Dialog title="Rebuild from the facts" onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <label class="check">
          <input type="radio" name="what" checked={!everything} onChange={() => setEverything(false)} />
          These days
        </label>
        <div class="period-custom">
          <label>
            From
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
            To
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
          Everything
        </label>
        <p>
          {everything ? "Every day" : from && to ? dayRange(range.from, range.to) : "Nothing"} will be read and computed
          anew. The figures of now stay until that is done.
        </p>
        {rebuild.failure && <p role="alert">{rebuild.failure.message}</p>}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            Not now
          </button>
          <button type="submit" class="button button-main" disabled={rebuild.busy}>
            Rebuild
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
