import { useState } from "preact/hooks";
import { type PersonFragment, type Role, SetRoleDocument } from "../../generated/graphql.ts";
import { change, type Failure } from "../api/client.ts";
import { useViewer } from "../report/viewer.ts";
import { Initials } from "../ui/initials.tsx";
import { Section } from "../ui/section.tsx";
import { t } from "../words/language.ts";
import { ROLE_NAMES } from "../words/names.ts";
import { counted } from "../words/numbers.ts";

const ROLES = Object.keys(ROLE_NAMES) as Role[];
/** From how many members on a search is worth its place. */
const SEARCH_FROM = 21;
/** Agent 2 before agent 10, whatever their case. */
const NATURAL = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Roles to be, by the id of the member. */
type Roles = ReadonlyMap<string, Role>;

const NONE_CHOSEN: Roles = new Map();

/** Who may what. Roles are chosen first and then saved together, and what was saved can be undone. */
export function Roles({ members, onChange }: { members: PersonFragment[]; onChange: () => void }) {
  const [chosen, setChosen] = useState(NONE_CHOSEN);
  const [search, setSearch] = useState("");
  const saved = useRoles(members, onChange);
  const choose = ({ id, role }: PersonFragment, next: Role) => {
    const others = [...chosen].filter(([member]) => member !== id);
    setChosen(new Map(next === role ? others : [...others, [id, next]]));
  };
  const save = async () => {
    if (await saved.set(chosen)) setChosen(NONE_CHOSEN);
  };
  const text = search.trim().toLowerCase();
  const shown = members
    .filter(({ name }) => name.toLowerCase().includes(text))
    .sort((one, other) => NATURAL.compare(one.name, other.name));
  return (
    <Section title={t("Members")} note={t("A role holds from the next request on")}>
      {members.length >= SEARCH_FROM && (
        <input
          type="search"
          class="input"
          aria-label={t("Search members")}
          placeholder={t("Search members")}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <ul class="members">
        {shown.map((member) => (
          <Member
            key={member.id}
            member={member}
            chosen={chosen.get(member.id)}
            disabled={saved.busy}
            onChoose={(role) => choose(member, role)}
          />
        ))}
      </ul>
      {shown.length === 0 && <p class="quiet">{t("Nobody has such a name.")}</p>}
      {saved.failure && (
        <p role="alert">
          {t("Not saved:")} {saved.failure.message}
        </p>
      )}
      {chosen.size > 0 && (
        <div class="row members-foot">
          <button type="button" class="button button-main" disabled={saved.busy} onClick={save}>
            {t("Save {0}", counted(chosen.size, "role"))}
          </button>
          <button type="button" class="button" disabled={saved.busy} onClick={() => setChosen(NONE_CHOSEN)}>
            {t("Discard")}
          </button>
        </div>
      )}
      {chosen.size === 0 && saved.before.size > 0 && (
        <div class="row members-foot" role="status">
          <span>{t("Saved {0}.", counted(saved.before.size, "role"))}</span>
          <button type="button" class="button" disabled={saved.busy} onClick={saved.undo}>
            {t("Undo")}
          </button>
        </div>
      )}
    </Section>
  );
}

/** Saves roles, and keeps those of before for an undo. */
function useRoles(members: PersonFragment[], onChange: () => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [before, setBefore] = useState(NONE_CHOSEN);
  /** One after the other, up to the first that is refused; whether all were taken. */
  const set = async (roles: Roles): Promise<boolean> => {
    setBusy(true);
    const earlier = new Map<string, Role>();
    let refused: Failure | undefined;
    for (const [memberId, role] of roles) {
      const answer = await change(SetRoleDocument, { memberId, role });
      refused = answer.failure ?? [...answer.refused.values()][0];
      if (refused) break;
      const was = members.find(({ id }) => id === memberId)?.role;
      if (was) earlier.set(memberId, was);
    }
    setFailure(refused);
    setBefore(earlier);
    setBusy(false);
    onChange();
    return refused === undefined;
  };
  const undo = async () => {
    if (await set(before)) setBefore(NONE_CHOSEN);
  };
  return { busy, failure, before, set, undo };
}

interface MemberProps {
  member: PersonFragment;
  chosen: Role | undefined;
  disabled: boolean;
  onChoose: (role: Role) => void;
}

function Member({ member, chosen, disabled, onChoose }: MemberProps) {
  const { role: own } = useViewer();
  // Only an owner makes or unmakes an owner.
  const mayHave = (role: Role) => own === "OWNER" || role !== "OWNER";
  return (
    <li data-changed={chosen !== undefined}>
      <span class="person">
        <Initials name={member.name} />
        <span>
          {member.name}
          {!member.active && <span class="badge badge-quiet">{t("left")}</span>}
        </span>
      </span>
      <span class="select">
        {chosen !== undefined && <span class="quiet">{t("now {0}", ROLE_NAMES[member.role])}</span>}
        <select
          aria-label={t("Role of {0}", member.name)}
          value={chosen ?? member.role}
          disabled={disabled || own === null || !mayHave(member.role)}
          onChange={(event) => onChoose(event.currentTarget.value as Role)}
        >
          {ROLES.filter((role) => mayHave(role) || role === member.role).map((role) => (
            <option key={role} value={role}>
              {ROLE_NAMES[role]}
            </option>
          ))}
        </select>
      </span>
    </li>
  );
}
