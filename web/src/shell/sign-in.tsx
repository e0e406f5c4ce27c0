import { useState } from "preact/hooks";
import { signIn } from "../api/session.ts";
import { t } from "../words/language.ts";

/** Where a token is pasted. What was to be shown is still in the address, and is shown then. */
export function SignIn({ ended }: { ended: boolean }) {
  const [token, setToken] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    const text = token.trim().replace(/^bearer\s+/i, "");
    if (text !== "") signIn(text);
  };
  return (
    <main class="sign-in">
      <form class="panel" onSubmit={submit}>
        <h1>Caseload</h1>
        <p role="status">
          {ended
            ? t("Your session has ended. Paste a new token to go on where you were.")
            : t("Paste a token to see your figures.")}
        </p>
        <label>
          {t("Token")}
          <input
            class="input"
            type="password"
            name="token"
            autocomplete="off"
            spellcheck={false}
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button button-main">
          {t("Sign in")}
        </button>
        <p class="quiet">{t("It stays in this tab, and is forgotten with it.")}</p>
      </form>
    </main>
  );
}

/** The same within another application, which signs its people in by itself. */
export function Waiting({ ended }: { ended: boolean }) {
  return (
    <main class="sign-in">
      <p role="status" class="quiet">
        {ended ? t("Your session has ended. Reload the page around this report.") : t("Waiting to be signed in.")}
      </p>
    </main>
  );
}
