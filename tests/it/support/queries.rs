//! Queries that select everything.

const METRICS: &str = "
fragment Durations on DurationStats {
  count mean median p90 lowest: quantile(q: 0) third: quantile(q: 0.3333333333333333) highest: quantile(q: 1)
  distribution { fromSeconds toSeconds count } within(seconds: 3600) { count share }
}
fragment Times on DurationStats { count mean median p90 }
fragment All on Metrics {
  conversations labeledConversations messages inboundMessages replies customers newCustomers unanswered
  closed won lost winRate open followUpsCompleted
  firstResponse(clock: $clock) { ...Durations } closingTime(clock: $clock) { ...Durations }
  replyTime(clock: $clock) { ...Times } firstClosingTime(clock: $clock) { ...Times } reopened closedByOneReply closedByBot
  surveys { asked answered rate } waiting waitingSince
  ratings { count average satisfied scores { score count } }
}";

const LABELS: &str = "
fragment Top on LabelReport {
  label { id title color } conversations share metrics { ...All }
  previous { ...Few } previousYear: previous(by: YEAR_BEFORE) { ...Few }
  change(measure: $measure, clock: $clock) { ...Moved } changeYear: change(measure: $measure, by: YEAR_BEFORE, clock: $clock) { ...Moved }
}
fragment Moved on Change { measure current previous absolute relative comparable }
fragment Few on Metrics { conversations customers closed firstResponse(clock: $clock) { count median } ratings { average } }";

const PARTS: &str = "
fragment Days on Period { from to days pendingDays }
fragment Who on Member { id name active }
fragment Points on SeriesPoint { from to metrics { ...All } backlog }
fragment Person on MemberReport {
  member { ...Who } period { ...Days } metrics { ...All }
  previous { period { ...Days } metrics { ...Few } }
  previousYear: previous(by: YEAR_BEFORE) { period { ...Days } metrics { ...Few } }
  change(measure: $measure, clock: $clock) { ...Moved }
  changeYear: change(measure: $measure, by: YEAR_BEFORE, clock: $clock) { ...Moved }
  series(by: $by) { ...Points }
  topLabels(first: $first) { ...Top }
}";

/// Everything that a `TeamReport` holds.
pub(crate) fn team() -> String {
    format!(
        "query($clock: Clock! = CALENDAR, $period: PeriodInput, $filter: ReportFilter, $by: Granularity!, $measure: Measure!, $busy: Measure!,
               $first: Int!) {{
          team(period: $period, filter: $filter) {{
            period {{ ...Days }} metrics {{ ...All }}
            previous {{
              ...Earlier
              previous {{ ...Distant }}
              previousYear: previous(by: YEAR_BEFORE) {{ ...Distant }}
            }}
            previousYear: previous(by: YEAR_BEFORE) {{
              ...Earlier
              previous {{ ...Distant }}
              previousYear: previous(by: YEAR_BEFORE) {{ ...Distant }}
            }}
            change(measure: $measure, clock: $clock) {{ ...Moved }}
            changeYear: change(measure: $measure, by: YEAR_BEFORE, clock: $clock) {{ ...Moved }}
            series(by: $by) {{ ...Points }}
            leaderboard(by: $measure, clock: $clock, first: $first) {{ rank isTopPerformer value report {{ member {{ id }} }} }}
            members {{ ...Person }}
            unassigned {{ ...All }}
            topLabels(first: $first) {{ ...Top }}
            channels {{
              channel metrics {{ ...All }}
              previous {{ ...Few }} previousYear: previous(by: YEAR_BEFORE) {{ ...Few }}
              change(measure: $measure, clock: $clock) {{ ...Moved }}
              changeYear: change(measure: $measure, by: YEAR_BEFORE, clock: $clock) {{ ...Moved }}
            }}
            teams {{
              team {{ id name }} metrics {{ ...All }}
              previous {{ ...Few }} previousYear: previous(by: YEAR_BEFORE) {{ ...Few }}
              change(measure: $measure, clock: $clock) {{ ...Moved }}
              changeYear: change(measure: $measure, by: YEAR_BEFORE, clock: $clock) {{ ...Moved }}
            }}
            busyHours(measure: $busy) {{ weekday hour count }}
          }}
        }}
        fragment Earlier on TeamReport {{ period {{ ...Days }} metrics {{ ...All }} }}
        fragment Distant on TeamReport {{ period {{ ...Days }} metrics {{ ...Few }} }} {METRICS} {LABELS} {PARTS}"
    )
}

/// Everything that a `MemberReport` holds.
pub(crate) fn member() -> String {
    format!(
        "query($clock: Clock! = CALENDAR, $id: ID, $period: PeriodInput, $filter: ReportFilter, $by: Granularity!, $measure: Measure!,
               $first: Int!) {{
          member(id: $id, period: $period, filter: $filter) {{ ...Person }}
        }} {METRICS} {LABELS} {PARTS}"
    )
}

/// All labels with their figures.
pub(crate) fn labels() -> String {
    format!(
        "query($clock: Clock! = CALENDAR, $period: PeriodInput, $filter: ReportFilter, $measure: Measure!) {{
          labels(period: $period, filter: $filter, first: 1000) {{ ...Top }}
        }} {METRICS} {LABELS}"
    )
}

/// How a measure spreads over the members.
pub(crate) const BENCHMARK: &str = "
query($clock: Clock! = CALENDAR, $measure: Measure!, $period: PeriodInput, $filter: ReportFilter) {
  benchmark(measure: $measure, clock: $clock, period: $period, filter: $filter) { measure members p25 median p75 }
}";

/// Figures by some dimensions; of each row what it is compared with, where that is wanted.
pub(crate) fn breakdown(is_compared: bool) -> String {
    let compared = if is_compared {
        "PERIOD: previous { ...All } YEAR_BEFORE: previous(by: YEAR_BEFORE) { ...All }
         PERIOD_CHANGE: change(measure: $measure, clock: $clock) { ...Moved }
         YEAR_BEFORE_CHANGE: change(measure: $measure, by: YEAR_BEFORE, clock: $clock) { ...Moved }"
    } else {
        ""
    };
    let measure = if is_compared {
        "$measure: Measure!, "
    } else {
        ""
    };
    let moved = if is_compared {
        "fragment Moved on Change { measure current previous absolute relative comparable }"
    } else {
        ""
    };
    format!(
        "query($clock: Clock! = CALENDAR, $by: [DimensionInput!]!, $period: PeriodInput, $filter: ReportFilter, $orderBy: Measure, {measure}
               $direction: Direction!, $first: Int!, $after: String) {{
          breakdown(by: $by, period: $period, filter: $filter, orderBy: $orderBy, clock: $clock, direction: $direction, first: $first,
                    after: $after) {{
            totalCount
            pageInfo {{ hasNextPage endCursor }}
            nodes {{ keys {{ id name }} metrics {{ ...All }} {compared} }}
          }}
        }} {METRICS} {moved}"
    )
}

const FEEDBACK: &str = "
fragment Given on Feedback {
  id score comment ratedAt conversationId customer { id name } member { id name active } labels { id title color }
}";

/// The conversations that a measure counts.
pub(crate) fn conversations() -> String {
    format!(
        "query($clock: Clock! = CALENDAR, $measure: Measure!, $period: PeriodInput, $filter: ReportFilter, $first: Int!, $after: String,
               $at: HourOfWeek) {{
          conversations(measure: $measure, clock: $clock, period: $period, filter: $filter, first: $first, after: $after, at: $at) {{
            totalCount
            pageInfo {{ hasNextPage endCursor }}
            nodes {{
              id channel createdAt closedAt outcome customer {{ id name }} assignee {{ id name active }}
              labels {{ id title color }} firstResponseSeconds(clock: $clock) closingSeconds(clock: $clock) ratings {{ ...Given }}
              url inboundMessages replies reopened waitingSince attributes {{ key values }}
            }}
          }}
        }} {FEEDBACK}"
    )
}

/// Ratings.
pub(crate) fn feedback() -> String {
    format!(
        "query($period: PeriodInput, $filter: ReportFilter, $min: Int, $max: Int, $has: Boolean, $first: Int!,
               $after: String) {{
          feedback(period: $period, filter: $filter, minScore: $min, maxScore: $max, hasComment: $has, first: $first,
                   after: $after) {{
            totalCount
            pageInfo {{ hasNextPage endCursor }}
            nodes {{ ...Given }}
          }}
        }} {FEEDBACK}"
    )
}

/// Daily rollups.
pub(crate) fn daily_rollups() -> String {
    format!(
        "query($clock: Clock! = CALENDAR, $period: PeriodInput, $members: [ID!], $first: Int!, $after: String) {{
          dailyRollups(period: $period, memberIds: $members, first: $first, after: $after) {{
            pageInfo {{ hasNextPage endCursor }}
            nodes {{ day member {{ id name active }} metrics {{ ...All }} backlog }}
          }}
        }} {METRICS}"
    )
}
