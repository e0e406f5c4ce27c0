import { offlineSince } from "../api/client.ts";
import { signOut } from "../api/session.ts";
import { useStore } from "../api/store.ts";
import { useAttributes } from "../report/use-attributes.ts";
import { useViewer } from "../report/viewer.ts";
import { Icon } from "../ui/icon.tsx";
import { Initials } from "../ui/initials.tsx";
import { Popover } from "../ui/popover.tsx";
import { nextTheme, wish } from "../ui/theme.ts";
import { currentLocation } from "../url/router.ts";
import { t } from "../words/language.ts";
import { ROLE_NAMES } from "../words/names.ts";
import { Freshness } from "./freshness.tsx";

const WISHES = { auto: t("as the system"), light: t("light"), dark: t("dark") } as const;
const WISH_ICONS = { auto: "auto", light: "sun", dark: "moon" } as const;

/** The name of the house, the ways to its rooms, and who is in it. */
export function Header() {
  const viewer = useViewer();
  const { attributes } = useAttributes();
  const { path } = useStore(currentLocation);
  const theme = useStore(wish);
  const offersGraphiql = document.documentElement.dataset.graphiql === "on";
  const rooms = [
    { href: "/performance", name: viewer.seesEveryone ? t("Performance") : t("My performance") },
    { href: "/inbox", name: viewer.seesEveryone ? t("Inbox") : t("My inbox") },
    ...(viewer.seesEveryone
      ? [
          { href: "/labels", name: t("Labels") },
          { href: "/channels", name: t("Channels") },
          { href: "/teams", name: t("Teams") },
          { href: "/members", name: t("Members") },
          ...(attributes.length > 0 ? [{ href: "/attributes", name: t("Attributes") }] : []),
        ]
      : []),
    ...(viewer.administers ? [{ href: "/rollups", name: t("Admin") }] : []),
  ];
  const name = viewer.member?.name ?? t("API token");
  return (
    <header class="header">
      <a class="brand" href="/performance">
        <span class="brand-mark" aria-hidden="true" />
        Caseload
      </a>
      <nav aria-label={t("Pages")}>
        {rooms.map((room) => (
          <a key={room.href} href={room.href} aria-current={path === room.href ? "page" : undefined}>
            {room.name}
          </a>
        ))}
        {offersGraphiql && (
          <a href="/graphiql" data-leave>
            GraphiQL
          </a>
        )}
      </nav>
      <Freshness />
      <span class="header-end">
        <span class="workspace-name">{viewer.workspace.name}</span>
        <button
          type="button"
          class="button button-icon"
          aria-label={t("Theme: {0}", WISHES[theme])}
          title={t("Theme: {0}", WISHES[theme])}
          onClick={nextTheme}
        >
          <Icon name={WISH_ICONS[theme]} />
        </button>
        <Popover
          title={t("You")}
          label={
            <>
              <Initials name={name} />
              <span class="hidden">{name}</span>
            </>
          }
        >
          {() => (
            <div class="me">
              <strong>{name}</strong>
              <span class="quiet">{viewer.role ? ROLE_NAMES[viewer.role] : t("Token for machines")}</span>
              <button type="button" class="button" onClick={leave}>
                {t("Sign out")}
              </button>
            </div>
          )}
        </Popover>
      </span>
    </header>
  );
}

/** Where the server can't be reached, its session goes on: the head of the page says so. */
async function leave(): Promise<void> {
  if (!(await signOut())) offlineSince.set(offlineSince.get() ?? Date.now());
}
