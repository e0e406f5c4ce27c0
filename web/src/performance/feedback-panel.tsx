import { useEffect, useState } from "preact/hooks";
import { FeedbackDocument, type FeedbackQuery, type FeedbackQueryVariables } from "../../generated/graphql.ts";
import type { Failure } from "../api/client.ts";
import { dataVersion } from "../api/live.ts";
import { useStore } from "../api/store.ts";
import { fileName } from "../export/download.ts";
import { columnsOf, type FileTable, spread } from "../export/table.ts";
import { allPages, allRows, partOfList, usePages } from "../report/use-pages.ts";
import { useViewer } from "../report/viewer.ts";
import { Icon } from "../ui/icon.tsx";
import { LabelTag } from "../ui/label-tag.tsx";
import { SaveButtons } from "../ui/save-button.tsx";
import { Section } from "../ui/section.tsx";
import { Segments } from "../ui/segments.tsx";
import { EmptyState, FailureState, ReadAgain, Skeleton } from "../ui/state.tsx";
import { type FilterChoice, filterInput, periodInput } from "../url/report-state.ts";
import { useReport } from "../url/use-report.ts";
import { t } from "../words/language.ts";
import { counted } from "../words/numbers.ts";

type Feedback = NonNullable<FeedbackQuery["feedback"]>["nodes"][number];

const listOf = (data: FeedbackQuery) => data.feedback;
const SCORES = [
  { id: "1-5", name: t("All") },
  { id: "1-2", name: "1–2" },
  { id: "3-3", name: "3" },
  { id: "4-5", name: "4–5" },
] as const;

/** What customers said, newest first. */
export function FeedbackPanel({ member }: { member: string | undefined }) {
  const { state, change } = useReport();
  const ofMember: FilterChoice = { ...state.filter, members: member ? [member] : [], teams: [], unassigned: false };
  const variables = {
    period: periodInput(state.period),
    filter: filterInput(member ? ofMember : state.filter),
    ...(state.score ? { minScore: state.score[0], maxScore: state.score[1] } : {}),
    ...(state.commented ? { hasComment: true } : {}),
  };
  const pages = usePages(FeedbackDocument, variables, 10, listOf);
  const [search, setSearch] = useState("");
  const found = useFoundComments(variables, search);
  const { loading, hasMore, readAgain, more, reload } = pages;
  const { nodes, total, failure } = found ?? pages;
  const rows = () =>
    found ? { table: feedbackTable(found.nodes) } : allRows(FeedbackDocument, variables, listOf, feedbackTable);
  const choose = (id: string) => {
    const [low, high] = id.split("-").map(Number);
    change({ score: id === "1-5" || !low || !high ? undefined : [low, high] });
  };
  const chosen = state.score ? (state.score.join("-") as (typeof SCORES)[number]["id"]) : "1-5";
  const actions = (
    <>
      <input
        type="search"
        class="input"
        aria-label={t("Search in comments")}
        placeholder={t("Search in comments")}
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <Segments title={t("Score")} options={SCORES} chosen={chosen} onChoose={choose} />
      <label class="check">
        <input
          type="checkbox"
          checked={state.commented}
          onChange={(event) => change({ commented: event.currentTarget.checked })}
        />
        {t("With comment")}
      </label>
      <SaveButtons what="feedback" file={fileName("feedback")} part={partOfList(total)} rows={rows} />
    </>
  );
  const note =
    total === undefined
      ? "\u00a0"
      : t("{0}{1}, newest first", counted(total, "rating"), found ? t(' with "{0}"', search.trim()) : "");
  return (
    <Section title={t("Feedback")} note={note} actions={failure ? undefined : actions} class="feedback">
      {failure && <FailureState what={t("Feedback")} failure={failure} onRetry={reload} />}
      {!failure && total === undefined && <Skeleton size="table" />}
      {total === 0 && (
        <EmptyState title={t("No ratings")}>{t("Nobody rated in this period, or the filters leave none.")}</EmptyState>
      )}
      {readAgain && <ReadAgain />}
      <ul class="feedback-list" aria-busy={loading}>
        {nodes.map((one) => (
          <Item key={one.id} feedback={one} />
        ))}
      </ul>
      {!found && hasMore && (
        <button type="button" class="button" disabled={loading} onClick={more}>
          {t("Show more")}
        </button>
      )}
    </Section>
  );
}

/** Comments are read for a search when the reader has paused for so long. */
const PAUSE_MS = 300;

/** The comments with that text among all of them; nothing where none is looked for. */
function useFoundComments(variables: Omit<FeedbackQueryVariables, "first" | "after">, search: string) {
  const figures = useStore(dataVersion);
  const text = search.trim().toLowerCase();
  const key = JSON.stringify(variables);
  const [read, setRead] = useState<{ of: string; nodes: Feedback[]; failure: Failure | undefined }>();
  const of = `${key} ${figures}`;
  const isRead = read?.of === of;
  // biome-ignore lint/correctness/useExhaustiveDependencies: variables are compared by what they hold
  useEffect(() => {
    if (text === "" || isRead) return;
    let current = true;
    const timer = setTimeout(async () => {
      const { nodes, failure } = await allPages(FeedbackDocument, { ...variables, hasComment: true }, listOf);
      if (current) setRead({ of, nodes, failure });
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, of, isRead]);
  if (text === "") return undefined;
  if (!read || !isRead) return { nodes: [], total: undefined, failure: undefined };
  const nodes = read.nodes.filter(({ comment }) => comment?.toLowerCase().includes(text));
  return { nodes, total: nodes.length, failure: read.failure };
}

function Item({ feedback }: { feedback: Feedback }) {
  const { instants } = useViewer();
  return (
    <li class="feedback-item">
      <Stars score={feedback.score} />
      <div>
        {feedback.comment ? <p class="feedback-comment">{feedback.comment}</p> : <p class="quiet">{t("No comment")}</p>}
        <p class="quiet feedback-meta">
          <span>{feedback.customer.name ?? feedback.customer.id}</span>
          <span>{t("credited to {0}", feedback.member?.name ?? t("nobody"))}</span>
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
    <span class={score <= 2 ? "stars stars-low" : "stars"} role="img" aria-label={t("{0} of 5", score)}>
      {[1, 2, 3, 4, 5].map((at) => (
        <span key={at} class={at <= score ? "star-on" : "star-off"}>
          <Icon name="star" filled={at <= score} />
        </span>
      ))}
    </span>
  );
}

function feedbackTable(nodes: Feedback[]): FileTable {
  const labels = spread(
    "label",
    nodes.map((one) => one.labels.map(({ title }) => title)),
  );
  return {
    columns: [
      ...columnsOf("text", "id"),
      ...columnsOf("number", "score (1 to 5)"),
      ...columnsOf("text", "comment"),
      ...columnsOf("instant", "rated_at"),
      ...columnsOf("text", "conversation_id", "customer_id", "customer", "member_id", "member"),
      ...labels.columns,
    ],
    rows: nodes.map((one, at) => [
      one.id,
      one.score,
      one.comment,
      one.ratedAt,
      one.conversationId,
      one.customer.id,
      one.customer.name,
      one.member?.id,
      one.member?.name,
      ...(labels.cells[at] ?? []),
    ]),
  };
}
