import { type PersonFragment, type Role, SetRoleDocument } from "../../generated/graphql.ts";
import { useChange } from "../api/use-change.ts";
import { useViewer } from "../report/viewer.ts";
import { Initials } from "../ui/initials.tsx";
import { Section } from "../ui/section.tsx";
import { ROLE_NAMES } from "../words/names.ts";

const ROLES = Object.keys(ROLE_NAMES) as Role[];

/// Who may what. The role of now counts, whatever token someone has.
export function Roles({ members, onChange }: { members: PersonFragment[]; onChange: () => void }) {
  const { role: own } = useViewer();
  const set = useChange(SetRoleDocument, onChange);
  // Only an owner makes or unmakes an owner.
  const mayHave = (role: Role) => own === "OWNER" || role !== "OWNER";
  return (
    <Section title="Members" note="A role holds from the next request on">
      {set.failure && <p role="alert">{set.failure.message}</p>}
      <ul class="members">
        {members.map((member) => (
          <li key={member.id}>
            <span class="person">
              <Initials name={member.name} />
              <span>
                {member.name}
                {!member.active && <span class="badge badge-quiet">left</span>}
              </span>
            </span>
            <span class="select">
              <select
                aria-label={`Role of ${member.name}`}
                value={member.role}
                disabled={set.busy || own === null || !mayHave(member.role)}
                onChange={async (event) => {
                  const select = event.currentTarget;
                  const done = await set.run({ memberId: member.id, role: select.value as Role });
                  if (!done) select.value = member.role;
                }}
              >
                {ROLES.filter((role) => mayHave(role) || role === member.role).map((role) => (
                  <option key={role} value={role}>
                    {ROLE_NAMES[role]}
                  </option>
                ))}
              </select>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
