import { FeedbackDocument, type FeedbackQuery } from "../../generated/graphql.ts";
import { csv } from "../export/csv.ts";
import { downloadCsv, fileName } from "../export/download.ts";
import { partOfList, saveAll, usePages } from "../report/use-pages.ts";
import { useViewer } from "../report/viewer.ts";
import { Icon } from "../ui/icon.tsx";
import { LabelTag } from "../ui/label-tag.tsx";
import { SaveButton } from "../ui/save-button.tsx";
import { Section } from "../ui/section.tsx";
import { Segments } from "../ui/segments.tsx";
import { EmptyState, FailureState, Skeleton } from "../ui/state.tsx";
import { type FilterChoice, filterInput, periodInput } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { counted } from "../words/numbers.ts";

type Feedback = NonNullable<FeedbackQuery["feedback"]>["nodes"][number];

const listOf = (data: FeedbackQuery) => data.feedback;
const SCORES = [
  { id: "1-5", name: "All" },
  { id: "1-2", name: "1–2" },
  { id: "3-3", name: "3" },
  { id: "4-5", name: "4–5" },
] as const;

/// What customers said, newest first.
export function FeedbackPanel({ member }: { member: string | undefined }) {
  const { state, change } = useReport();
  const ofMember: FilterChoice = { ...state.filter, members: member ? [member] : [], teams: [], unassigned: false };
  const variables = {
    period: periodInput(state.period),
    filter: filterInput(member ? ofMember : state.filter),
    ...(state.score ? { minScore: state.score[0], maxScore: state.score[1] } : {}),
    ...(state.commented ? { hasComment: true } : {}),
  };
  const { nodes, total, loading, hasMore, failure, more, reload } = usePages(FeedbackDocument, variables, 10, listOf);
  const save = () => saveAll(FeedbackDocument, variables, listOf, saveFeedback);
  const choose = (id: string) => {
    const [low, high] = id.split("-").map(Number);
    change({ score: id === "1-5" || !low || !high ? undefined : [low, high] });
  };
  const chosen = state.score ? (state.score.join("-") as (typeof SCORES)[number]["id"]) : "1-5";
  const actions = (
    <>
      <Segments title="Score" options={SCORES} chosen={chosen} onChoose={choose} />
      <label class="check">
        <input
          type="checkbox"
          checked={state.commented}
          onChange={(event) => change({ commented: event.currentTarget.checked })}
        />
        With comment
      </label>
      <SaveButton what="feedback" part={partOfList(total)} onSave={save} />
    </>
  );
  const note = total === undefined ? "\u00a0" : `${counted(total, "rating")}, newest first`;
  return (
    <Section title="Feedback" note={note} actions={failure ? undefined : actions} class="feedback">
      {failure && <FailureState what="Feedback" failure={failure} onRetry={reload} />}
      {!failure && total === undefined && <Skeleton size="table" />}
      {total === 0 && (
        <EmptyState title="No ratings">Nobody rated in this period, or the filters leave none.</EmptyState>
      )}
      <ul class="feedback-list" aria-busy={loading}>
        {nodes.map((one) => (
          <Item key={one.id} feedback={one} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="button" disabled={loading} onClick={more}>
          Show more
        </button>
      )}
    </Section>
  );
}

function Item({ feedback }: { feedback: Feedback }) {
  const { instants } = useViewer();
  return (
    <li class="feedback-item">
      <Stars score={feedback.score} />
      <div>
        {feedback.comment ? <p class="feedback-comment">{feedback.comment}</p> : <p class="quiet">No comment</p>}
        <p class="quiet feedback-meta">
          <span>{feedback.customer.name ?? feedback.customer.id}</span>
          <span>credited to {feedback.member?.name ?? "nobody"}</span>
          <time dateTime={feedback.ratedAt}>{instants.moment(feedback.ratedAt)}</time>
          <span>{feedback.conversationId}</span>
          {feedback.labels.map((label) => (
            <LabelTag key={label.id} title={label.title} color={label.color} />
          ))}
        </p>
      </div>
    </li>
  );
}

function Stars({ score }: { score: number }) {
  return (
    <span class={score <= 2 ? "stars stars-low" : "stars"} role="img" aria-label={`${score} of 5`}>
      {[1, 2, 3, 4, 5].map((at) => (
        <span key={at} class={at <= score ? "star-on" : "star-off"}>
          <Icon name="star" filled={at <= score} />
        </span>
      ))}
    </span>
  );
}

function saveFeedback(nodes: Feedback[]): void {
  const heads = [
    "id",
    "score",
    "comment",
    "rated_at",
    "conversation_id",
    "customer_id",
    "customer",
    "member_id",
    "member",
    "labels",
  ];
  const rows = nodes.map((one) => [
    one.id,
    one.score,
    one.comment,
    one.ratedAt,
    one.conversationId,
    one.customer.id,
    one.customer.name,
    one.member?.id,
    one.member?.name,
    one.labels.map(({ title }) => title).join("; "),
  ]);
  downloadCsv(fileName("feedback"), csv(heads, rows));
}
