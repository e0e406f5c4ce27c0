import { useState } from "preact/hooks";
import { type ApiScope, CreateTokenDocument } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { Dialog } from "../ui/dialog.tsx";
import { t } from "../words/language.ts";
import { SCOPES } from "./scopes.ts";

/** Makes a token, and shows its secret this once. */
export function NewToken({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ApiScope[]>(["READ_ROLLUPS"]);
  const [until, setUntil] = useState("");
  const [secret, setSecret] = useState<string>();
  const create = useChange(CreateTokenDocument, onMade);
  const submit = async (event: Event) => {
    event.preventDefault();
    const expiresAt = until === "" ? undefined : new Date(`${until}T23:59:59`).toISOString();
    const made = await create.run({ name, scopes, ...(expiresAt ? { expiresAt } : {}) });
    setSecret(made?.createApiToken.secret);
  };
  const toggle = (scope: ApiScope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
  if (secret !== undefined) return <Secret name={name} secret={secret} onClose={onClose} />;
  return (
    <Dialog title={t("New API token")} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <label>
          {t("What it is for")}
          <input
            class="input"
            required
            maxLength={128}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <fieldset>
          <legend>{t("What it may do")}</legend>
          {(Object.keys(SCOPES) as ApiScope[]).map((scope) => (
            <label key={scope} class="choice-option">
              <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
              <span>{SCOPES[scope].name}</span>
              <small>{SCOPES[scope].note}</small>
            </label>
          ))}
        </fieldset>
        <label>
          {t("Until (for ever where empty)")}
          <input class="input" type="date" value={until} onInput={(event) => setUntil(event.currentTarget.value)} />
        </label>
        {create.failure && <p role="alert">{create.failure.message}</p>}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("Cancel")}
          </button>
          <button type="submit" class="button button-main" disabled={create.busy || scopes.length === 0}>
            {t("Create")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Secret({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  };
  return (
    <Dialog title={t("The secret of {0}", name)} onClose={onClose}>
      <p>{t("Keep it now: it is not stored, and never shown again.")}</p>
      <output class="secret" data-part="secret">
        {secret}
      </output>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={copy}>
          {copied ? t("Copied") : t("Copy")}
        </button>
        <button type="button" class="button button-main" onClick={onClose}>
          {t("Done")}
        </button>
      </footer>
    </Dialog>
  );
}
