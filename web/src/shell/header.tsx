import { signOut } from "../api/session.ts";
import { useStore } from "../api/store.ts";
import { useViewer } from "../report/viewer.ts";
import { Icon } from "../ui/icon.tsx";
import { Initials } from "../ui/initials.tsx";
import { Popover } from "../ui/popover.tsx";
import { place } from "../url/router.ts";
import { ROLE_NAMES } from "../words/names.ts";
import { Freshness } from "./freshness.tsx";
import { nextTheme, wish } from "./theme.ts";

const WISHES = { auto: "as the system", light: "light", dark: "dark" } as const;
const WISH_ICONS = { auto: "auto", light: "sun", dark: "moon" } as const;

/// The name of the house, the ways to its rooms, and who is in it.
export function Header() {
  const viewer = useViewer();
  const { path } = useStore(place);
  const theme = useStore(wish);
  const offersGraphiql = document.documentElement.dataset.graphiql === "on";
  const rooms = [
    { href: "/performance", name: viewer.seesEveryone ? "Performance" : "My performance" },
    { href: "/inbox", name: viewer.seesEveryone ? "Inbox" : "My inbox" },
    ...(viewer.administers ? [{ href: "/rollups", name: "Rollups" }] : []),
  ];
  const name = viewer.member?.name ?? "API token";
  return (
    <header class="header">
      <a class="brand" href="/performance">
        <span class="brand-mark" aria-hidden="true" />
        Caseload
      </a>
      <nav aria-label="Pages">
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
          aria-label={`Theme: ${WISHES[theme]}`}
          title={`Theme: ${WISHES[theme]}`}
          onClick={nextTheme}
        >
          <Icon name={WISH_ICONS[theme]} />
        </button>
        <Popover
          title="You"
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
              <span class="quiet">{viewer.role ? ROLE_NAMES[viewer.role] : "Token for machines"}</span>
              <button type="button" class="button" onClick={signOut}>
                Sign out
              </button>
            </div>
          )}
        </Popover>
      </span>
    </header>
  );
}
