//! Who may read which field: one table, and the guards that look into it.

use async_graphql::Context;
use caseload_schema::id::MemberKey;

use super::context::ContextExt as _;
use crate::{access::Viewer, error::ApiError};

/// Who may read a field, or ask for a change. An API token made to read rollups counts as a manager and one made to
/// administer as an admin, where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Whoever may read what it stands in.
    Parent,
    /// Any member; of API tokens, those that may read at all.
    Reader,
    /// Any member, who gets their own; of API tokens, those of admins alone.
    Personal,
    /// Owner, admin, manager; and the member whose it is.
    ManagerOrSelf,
    /// The same; of API tokens, those of admins alone.
    PersonalManagerOrSelf,
    /// Owner, admin, manager.
    Manager,
    /// Owner, admin.
    Admin,
    /// Owner, admin; no API token.
    AdminMember,
}

use Who::{
    Admin, AdminMember, Manager, ManagerOrSelf, Parent, Personal, PersonalManagerOrSelf, Reader,
};

/// Every field of the schema. A field that is missing here is refused to everyone, and fails a test.
const TABLE: &[(&str, Who, &[&str])] = &[
    ("Query", Reader, &["viewer", "workspace", "rollupStatus"]),
    ("Query", Reader, &["benchmark"]),
    ("Query", Personal, &["conversations", "feedback"]),
    (
        "Query",
        Manager,
        &["team", "labels", "breakdown", "dailyRollups"],
    ),
    ("Query", ManagerOrSelf, &["member"]),
    // What a gateway asks a subgraph for.
    ("Query", Reader, &["_service"]),
    ("Query", ManagerOrSelf, &["_entities"]),
    ("_Service", Parent, &["sdl"]),
    ("Query", Admin, &["auditEvents", "rollupRun", "rollupRuns"]),
    (
        "Mutation",
        AdminMember,
        &["setMemberRole", "createApiToken"],
    ),
    (
        "Mutation",
        Admin,
        &[
            "revokeApiToken",
            "rebuildRollups",
            "cancelRollupRun",
            "setTimezone",
            "setBusinessHours",
        ],
    ),
    ("Subscription", Admin, &["rollupRun"]),
    ("Subscription", Reader, &["rollupStatus"]),
    ("Viewer", Parent, &["member", "role", "scopes", "workspace"]),
    (
        "Workspace",
        Parent,
        &[
            "id",
            "name",
            "timezone",
            "timezoneOffsets",
            "today",
            "firstDay",
            "pendingTimezone",
            "businessHours",
            "hasPendingBusinessHours",
        ],
    ),
    ("Hours", Parent, &["weekdays", "dates"]),
    ("WeekdayHours", Parent, &["weekday", "stretches"]),
    ("DateHours", Parent, &["date", "name", "stretches"]),
    ("Stretch", Parent, &["from", "to"]),
    ("HoursRequest", Parent, &["areSet"]),
    ("TimezoneOffset", Parent, &["from", "seconds"]),
    ("Workspace", Manager, &["members", "teams", "attributes"]),
    ("Attribute", Parent, &["key", "values"]),
    ("Workspace", Admin, &["apiTokens"]),
    (
        "Member",
        Parent,
        &["id", "name", "role", "active", "avatarUrl"],
    ),
    ("Member", PersonalManagerOrSelf, &["email"]),
    ("Team", Parent, &["id", "name", "members"]),
    ("Label", Parent, &["id", "title", "color"]),
    ("Customer", Parent, &["id"]),
    ("Customer", Personal, &["name"]),
    ("Period", Parent, &["from", "to", "days", "pendingDays"]),
    ("DayRange", Parent, &["from", "to"]),
    (
        "TeamReport",
        Parent,
        &[
            "period",
            "metrics",
            "previous",
            "change",
            "series",
            "leaderboard",
            "members",
            "unassigned",
        ],
    ),
    (
        "TeamReport",
        Parent,
        &["topLabels", "channels", "teams", "busyHours"],
    ),
    (
        "LeaderboardEntry",
        Parent,
        &["rank", "isTopPerformer", "value", "report"],
    ),
    (
        "MemberReport",
        Parent,
        &[
            "member",
            "period",
            "metrics",
            "previous",
            "change",
            "series",
            "topLabels",
        ],
    ),
    (
        "LabelReport",
        Parent,
        &[
            "label",
            "conversations",
            "share",
            "metrics",
            "previous",
            "change",
        ],
    ),
    (
        "BreakdownRow",
        Parent,
        &["keys", "metrics", "previous", "change"],
    ),
    ("BreakdownKey", Parent, &["id", "name"]),
    (
        "BreakdownConnection",
        Parent,
        &[
            "changed",
            "edges",
            "generation",
            "nodes",
            "pageInfo",
            "totalCount",
        ],
    ),
    ("BreakdownEdge", Parent, &["cursor", "node"]),
    (
        "Benchmark",
        Parent,
        &["measure", "members", "p25", "median", "p75"],
    ),
    ("BusyHour", Parent, &["weekday", "hour", "count"]),
    (
        "ChannelReport",
        Parent,
        &["channel", "metrics", "previous", "change"],
    ),
    (
        "TeamFigures",
        Parent,
        &["team", "metrics", "previous", "change"],
    ),
    ("SeriesPoint", Parent, &["from", "to", "metrics", "backlog"]),
    (
        "Change",
        Parent,
        &[
            "measure",
            "current",
            "previous",
            "absolute",
            "relative",
            "comparable",
        ],
    ),
    (
        "Metrics",
        Parent,
        &[
            "conversations",
            "labeledConversations",
            "messages",
            "inboundMessages",
            "replies",
        ],
    ),
    (
        "Metrics",
        Parent,
        &[
            "customers",
            "newCustomers",
            "unanswered",
            "closed",
            "won",
            "lost",
            "winRate",
            "open",
        ],
    ),
    (
        "Metrics",
        Parent,
        &[
            "followUpsCompleted",
            "firstResponse",
            "closingTime",
            "ratings",
        ],
    ),
    (
        "Metrics",
        Parent,
        &[
            "replyTime",
            "firstClosingTime",
            "reopened",
            "closedByOneReply",
            "closedByBot",
            "surveys",
            "waiting",
            "waitingSince",
        ],
    ),
    ("SurveyStats", Parent, &["asked", "answered", "rate"]),
    (
        "DurationStats",
        Parent,
        &[
            "count",
            "mean",
            "median",
            "p90",
            "quantile",
            "distribution",
            "within",
        ],
    ),
    ("Within", Parent, &["count", "share"]),
    (
        "DurationRange",
        Parent,
        &["fromSeconds", "toSeconds", "count"],
    ),
    (
        "RatingStats",
        Parent,
        &["count", "average", "satisfied", "scores"],
    ),
    ("ScoreCount", Parent, &["score", "count"]),
    (
        "Feedback",
        Parent,
        &[
            "id",
            "score",
            "ratedAt",
            "conversationId",
            "customer",
            "member",
            "labels",
        ],
    ),
    ("Feedback", Personal, &["comment"]),
    (
        "FeedbackConnection",
        Parent,
        &[
            "changed",
            "edges",
            "generation",
            "nodes",
            "pageInfo",
            "totalCount",
        ],
    ),
    ("FeedbackEdge", Parent, &["cursor", "node"]),
    (
        "Conversation",
        Parent,
        &[
            "id",
            "channel",
            "createdAt",
            "closedAt",
            "outcome",
            "customer",
            "assignee",
            "labels",
        ],
    ),
    (
        "Conversation",
        Parent,
        &["firstResponseSeconds", "closingSeconds", "ratings"],
    ),
    (
        "Conversation",
        Parent,
        &[
            "url",
            "inboundMessages",
            "replies",
            "reopened",
            "waitingSince",
            "attributes",
        ],
    ),
    ("ConversationAttribute", Parent, &["key", "values"]),
    (
        "ConversationConnection",
        Parent,
        &[
            "changed",
            "edges",
            "generation",
            "nodes",
            "pageInfo",
            "totalCount",
        ],
    ),
    ("ConversationEdge", Parent, &["cursor", "node"]),
    (
        "PageInfo",
        Parent,
        &["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"],
    ),
    (
        "DailyRollup",
        Parent,
        &["day", "member", "metrics", "backlog", "rolledUpAt"],
    ),
    (
        "DailyRollupConnection",
        Parent,
        &["changed", "edges", "generation", "nodes", "pageInfo"],
    ),
    ("DailyRollupEdge", Parent, &["cursor", "node"]),
    (
        "RollupStatus",
        Parent,
        &[
            "generation",
            "rolledUpAt",
            "pendingDays",
            "nextNightlyAt",
            "differingDays",
        ],
    ),
    ("RollupStatus", Admin, &["lastRun"]),
    (
        "RollupRun",
        Parent,
        &[
            "id",
            "kind",
            "state",
            "range",
            "requestedBy",
            "daysTotal",
            "daysDone",
            "factsRead",
        ],
    ),
    (
        "RollupRun",
        Parent,
        &[
            "checkedDays",
            "differingDays",
            "queuedAt",
            "startedAt",
            "finishedAt",
            "error",
        ],
    ),
    (
        "RollupRunConnection",
        Parent,
        &["edges", "nodes", "pageInfo"],
    ),
    ("RollupRunEdge", Parent, &["cursor", "node"]),
    (
        "ApiToken",
        Parent,
        &[
            "id",
            "name",
            "scopes",
            "createdAt",
            "expiresAt",
            "lastUsedAt",
            "revokedAt",
        ],
    ),
    ("CreatedApiToken", Parent, &["token", "secret"]),
    (
        "AuditEvent",
        Parent,
        &["id", "at", "by", "action", "details"],
    ),
    (
        "AuditEventConnection",
        Parent,
        &["edges", "nodes", "pageInfo"],
    ),
    ("AuditEventEdge", Parent, &["cursor", "node"]),
    ("AuditActor", Parent, &["operator", "member", "apiToken"]),
    ("RoleChange", Parent, &["member", "from", "to"]),
    ("TokenChange", Parent, &["apiToken"]),
    ("ZoneRequest", Parent, &["from", "to"]),
    ("RunRequest", Parent, &["runId", "range"]),
    (
        "ImportCounts",
        Parent,
        &["accepted", "unchanged", "stale", "rejected", "daysTouched"],
    ),
];

/// The value of a nullable field, or why there is none. An error in here costs that field alone, where the error of a
/// resolver that returns `Result<Option<T>>`, or of the library's own guards, takes the parent with it.
pub(super) type Nullable<T> = Option<Result<T, ApiError>>;

/// The guard of a field: its value, for whoever may read it.
pub(super) async fn guarded<T>(
    ctx: &Context<'_>,
    object: &str,
    field: &str,
    value: impl Future<Output = Result<Option<T>, ApiError>>,
) -> Nullable<T> {
    match permitted(ctx, object, field) {
        Ok(_) => value.await.transpose(),
        Err(error) => Some(Err(error)),
    }
}

/// The guard of a field that can't be null: who asks, where they may read it or ask for that change.
pub(super) fn permitted<'a>(
    ctx: &Context<'a>,
    object: &str,
    field: &str,
) -> Result<&'a Viewer, ApiError> {
    let viewer = ctx.viewer()?;
    check(viewer, object, field, None).map(|()| viewer)
}

/// Whether `viewer` may read that field, about the member `of` where it is about one.
pub(super) fn check(
    viewer: &Viewer,
    object: &str,
    field: &str,
    of: Option<MemberKey>,
) -> Result<(), ApiError> {
    let is_member = viewer.member().is_some();
    let own = of.is_some() && of == viewer.member().map(|member| member.key);
    let allowed = match who(object, field) {
        Some(Parent) => true,
        Some(Reader) => viewer.is_reader(),
        Some(Personal) => is_member || viewer.is_admin(),
        Some(ManagerOrSelf) => own || viewer.is_manager(),
        Some(PersonalManagerOrSelf) => own || viewer.is_admin() || is_member && viewer.is_manager(),
        Some(Manager) => viewer.is_manager(),
        Some(Admin) => viewer.is_admin(),
        Some(AdminMember) => is_member && viewer.is_admin(),
        None => false,
    };
    let who = if is_member {
        "your role"
    } else {
        "this API token"
    };
    if allowed {
        Ok(())
    } else {
        Err(ApiError::forbidden(format!(
            "{who} may not use {object}.{field}"
        )))
    }
}

fn who(object: &str, field: &str) -> Option<Who> {
    TABLE
        .iter()
        .find(|(name, _, fields)| *name == object && fields.contains(&field))
        .map(|(_, who, _)| *who)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql::parser::{
        parse_schema,
        types::{BaseType, Type, TypeKind, TypeSystemDefinition},
    };
    use caseload_rollup::schedule::Handle;

    use super::*;
    use crate::{config::Config, graphql};

    /// With all that there is where this server is a subgraph of others.
    fn sdl() -> String {
        graphql::schema(
            &Config {
                federation: true,
                ..Config::default()
            },
            &Handle::default(),
        )
        .sdl()
    }

    /// Whether an error takes nothing but its own place with it.
    fn may_miss(ty: &Type) -> bool {
        ty.nullable || matches!(&ty.base, BaseType::List(item) if item.nullable)
    }

    fn fields_of_the_schema() -> BTreeSet<String> {
        let document = parse_schema(sdl()).unwrap();
        let types = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                _ => None,
            });
        let mut fields = BTreeSet::new();
        for definition in types {
            if let TypeKind::Object(object) = definition.kind {
                fields.extend(
                    object
                        .fields
                        .iter()
                        .map(|field| format!("{}.{}", definition.name.node, field.node.name.node)),
                );
            }
        }
        fields
    }

    #[test]
    fn every_field_of_the_schema_stands_in_the_table_once_and_nothing_else_does() {
        let listed: Vec<_> = TABLE
            .iter()
            .flat_map(|(name, _, fields)| fields.iter().map(move |field| format!("{name}.{field}")))
            .collect();
        let distinct: BTreeSet<_> = listed.iter().cloned().collect();
        assert_eq!(
            listed.len(),
            distinct.len(),
            "a field stands in the table twice"
        );
        assert_eq!(
            fields_of_the_schema()
                .difference(&distinct)
                .collect::<Vec<_>>(),
            Vec::<&String>::new()
        );
        assert_eq!(
            distinct
                .difference(&fields_of_the_schema())
                .collect::<Vec<_>>(),
            Vec::<&String>::new()
        );
    }

    #[test]
    fn every_field_that_not_everyone_may_read_is_nullable() {
        let sdl = sdl();
        let document = parse_schema(&sdl).unwrap();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let TypeKind::Object(object) = definition.node.kind else {
                continue;
            };
            for field in object.fields {
                let name = (
                    definition.node.name.node.as_str(),
                    field.node.name.node.as_str(),
                );
                // Whoever may read anything at all may read these, and a change has nothing beside it to keep.
                let guarded = !matches!(who(name.0, name.1), Some(Parent | Reader))
                    && !["Mutation", "Subscription"].contains(&name.0);
                assert!(
                    !guarded || may_miss(&field.node.ty.node),
                    "{name:?} would take its whole parent with it"
                );
            }
        }
    }
}
