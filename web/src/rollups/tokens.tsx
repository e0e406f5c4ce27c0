import { useState } from "preact/hooks";
import { RevokeTokenDocument, type TokenFragment } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { useViewer } from "../report/viewer.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Section } from "../ui/section.tsx";
import { EmptyState } from "../ui/state.tsx";
import { t } from "../words/language.ts";
import { NewToken } from "./new-token.tsx";
import { SCOPES } from "./scopes.ts";

/** The tokens that machines use. */
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
      {t("New token…")}
    </button>
  );
  return (
    <Section title={t("API tokens")} note={t("For machines: imports, BI tools, scripts")} actions={make}>
      {tokens.length === 0 && <EmptyState title={t("No tokens yet")} />}
      <ul class="tokens">
        {tokens.map((token) => (
          <Token key={token.id} token={token} onRevoke={() => setRevoking(token)} />
        ))}
      </ul>
      {making && <NewToken onClose={() => setMaking(false)} onMade={onChange} />}
      {revoking && (
        <Dialog title={t("Revoke {0}?", revoking.name)} onClose={() => setRevoking(undefined)}>
          <p>{t("Whatever uses this token is refused from now on. This can't be taken back.")}</p>
          {revoke.failure && <p role="alert">{revoke.failure.message}</p>}
          <footer class="dialog-foot">
            <button type="button" class="button" onClick={() => setRevoking(undefined)}>
              {t("Keep it")}
            </button>
            <button
              type="button"
              class="button button-danger"
              disabled={revoke.busy}
              onClick={() => revoke.run({ id: revoking.id })}
            >
              {t("Revoke")}
            </button>
          </footer>
        </Dialog>
      )}
    </Section>
  );
}

function Token({ token, onRevoke }: { token: TokenFragment; onRevoke: () => void }) {
  const { instants, role } = useViewer();
  const ended = token.revokedAt ? t("revoked {0}", instants.moment(token.revokedAt)) : undefined;
  const ends = token.expiresAt ? t("ends {0}", instants.moment(token.expiresAt)) : t("does not end");
  const used = token.lastUsedAt ? t("used {0}", instants.moment(token.lastUsedAt)) : t("never used");
  return (
    <li data-revoked={token.revokedAt !== null}>
      <div>
        <strong>{token.name}</strong>
        <p class="quiet">
          {token.scopes.map((scope) => SCOPES[scope].name).join(", ")} · {ended ?? ends} · {used}
        </p>
      </div>
      {!ended && role && (
        <button type="button" class="button" onClick={onRevoke} aria-label={t("Revoke {0}", token.name)}>
          {t("Revoke…")}
        </button>
      )}
    </li>
  );
}
