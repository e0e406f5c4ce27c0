import { useState } from "preact/hooks";
import { RevokeTokenDocument, type TokenFragment } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { useViewer } from "../report/viewer.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState } from "../ui/state.tsx";
import { NewToken } from "./new-token.tsx";
import { SCOPES } from "./scopes.ts";

/// The tokens that machines use.
export function Tokens({ tokens, onChange }: { tokens: TokenFragment[]; onChange: () => void }) {
  const { role } = useViewer();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<TokenFragment>();
  const revoke = useChange(RevokeTokenDocument, () => {
    setRevoking(undefined);
    onChange();
  });
  const make = role && (
    <button type="button" class="button" onClick={() => setMaking(true)}>
      New token…
    </button>
  );
  return (
    <Section title="API tokens" note="For machines: imports, BI tools, scripts" actions={make}>
      {tokens.length === 0 && <EmptyState title="No tokens yet" />}
      <ul class="tokens">
        {tokens.map((token) => (
          <Token key={token.id} token={token} onRevoke={() => setRevoking(token)} />
        ))}
      </ul>
      {making && <NewToken onClose={() => setMaking(false)} onMade={onChange} />}
      {revoking && (
        <Dialog title={`Revoke ${revoking.name}?`} onClose={() => setRevoking(undefined)}>
          <p>Whatever uses this token is refused from now on. This can't be taken back.</p>
          {revoke.failure && <p role="alert">{revoke.failure.message}</p>}
          <footer class="dialog-foot">
            <button type="button" class="button" onClick={() => setRevoking(undefined)}>
              Keep it
            </button>
            <button
              type="button"
              class="button button-danger"
              disabled={revoke.busy}
              onClick={() => revoke.run({ id: revoking.id })}
            >
              Revoke
            </button>
          </footer>
        </Dialog>
      )}
    </Section>
  );
}

function Token({ token, onRevoke }: { token: TokenFragment; onRevoke: () => void }) {
  const { instants, role } = useViewer();
  const ended = token.revokedAt ? `revoked ${instants.moment(token.revokedAt)}` : undefined;
  const ends = token.expiresAt ? `ends ${instants.moment(token.expiresAt)}` : "does not end";
  const used = token.lastUsedAt ? `used ${instants.moment(token.lastUsedAt)}` : "never used";
  return (
    <li data-revoked={token.revokedAt !== null}>
      <div>
        <strong>{token.name}</strong>
        <p class="quiet">
          {token.scopes.map((scope) => SCOPES[scope].name).join(", ")} · {ended ?? ends} · {used}
        </p>
      </div>
      {!ended && role && (
        <button type="button" class="button" onClick={onRevoke} aria-label={`Revoke ${token.name}`}>
          Revoke…
        </button>
      )}
    </li>
  );
}
