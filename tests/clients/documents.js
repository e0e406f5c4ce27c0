// Documents over the schema: good ones and bad ones of every rule.

const period = { preset: "LAST_7_DAYS" };

const syntax = [
  "", "{", "}", "{}", "{ viewer { role }", "query { viewer { role } } }", "{ viewer { role } } garbage", "query Q { viewer { role } }",
  "query Q() { viewer { role } }", "{ viewer() { role } }", "{ viewer { role, , role } }", "# only a comment", "{ viewer { role } } # comment",
  "\uFEFF{ viewer { role } }", "{ viewer { role } }\u0000", "{ viewer: viewer { role: role } }", "query query { viewer { role } }",
  "query on { viewer { role } }", "{ ...on } fragment on on Query { viewer { role } }", "type A { b: Int }", "extend type Query { a: Int }",
  '"""described""" query Q { viewer { role } }', '"described" { viewer { role } }', "{ labels(first: 01) { share } }",
  "{ labels(first: 1a) { share } }", "{ labels(first: +1) { share } }", "{ labels(first: 1.) { share } }", "{ labels(first: .5) { share } }",
  "{ labels(first: -0) { share } }", "{ member(id: \"a\\x\") { period { days } } }", "{ member(id: \"a\\u00e9\") { period { days } } }",
  '{ member(id: "\\uD83E\\uDD8A") { period { days } } }', '{ member(id: "\\uD83E") { period { days } } }',
  '{ member(id: "\\u{1F98A}") { period { days } } }', '{ member(id: "\\u{110000}") { period { days } } }',
  '{ member(id: "a\nb") { period { days } } }', '{ member(id: """a\nb""") { period { days } } }', '{ member(id: """a) { period { days } } }',
  "{ viewer { role } & }", "{ viewer { role } | }", "{ .. }", "{ ... }", "{ ...@include(if: true) { viewer { role } } }",
  "{ ... { viewer { role } } }", "fragment F on Query { viewer { role } }", "{ viewer @skip { role } }",
  "query ($a: Int = $b) { labels(first: $a) { share } }", "query ($a) { labels(first: $a) { share } }", "query ($a: [Int) { labels { share } }",
];

const operations = [
  "query A { viewer { role } } query B { viewer { role } }",
  { query: "query A { viewer { role } } query B { workspace { id } }", operationName: "B" },
  { query: "query A { viewer { role } } query B { workspace { id } }", operationName: "C" },
  { query: "{ viewer { role } }", operationName: "A" },
  "query A { viewer { role } } query A { viewer { role } }",
  "{ viewer { role } } { viewer { role } }",
  "{ viewer { role } } query A { viewer { role } }",
  "query A { viewer { role } } { viewer { role } }",
  "subscription { __typename }",
  "subscription { rollupStatus { generation } }",
  "subscription { rollupStatus { generation } b: rollupStatus { generation } }",
  "subscription { ...F } fragment F on Subscription { rollupStatus { generation } b: rollupStatus { generation } }",
  "subscription { rollupStatus @skip(if: true) { generation } }",
];

const fields = [
  "{ nothing }", "{ viewer }", "{ viewer { role { a } } }", "{ viewer { nothing } }", "{ viewer { __typename } }", "{ __typename }",
  "{ a: __typename b: __typename }", "{ __typename { a } }", "{ __typename(a: 1) }", "{ __nothing }", "{ viewer { ... { role } } }",
  "{ team { metrics } }", "{ team { metrics { firstResponse } } }", "{ team { metrics { firstResponse { median } } } }",
  "{ team { period { days { a } } } }", "{ viewer { role } nothing { a b c } }", "{ nothing { viewer { role } } }",
];

const fragments = [
  "{ ...F } fragment F on Query { viewer { role } }", "{ ...F }", "{ ...F } fragment F on Nothing { a }", "{ ...F } fragment F on Role { a }",
  "{ ...F } fragment F on PeriodInput { preset }", "{ ...F } fragment F on Viewer { role }", "{ viewer { ...F } } fragment F on Viewer { role }",
  "{ viewer { ... on Viewer { role } } }", "{ viewer { ... on Workspace { id } } }", "{ viewer { ... on Nothing { id } } }",
  "{ viewer { ... on Int { id } } }", "{ viewer { role } } fragment F on Viewer { role }",
  "{ viewer { role } } fragment F on Viewer { ...G } fragment G on Viewer { role }",
  "{ ...F } fragment F on Query { ...F }", "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
  "{ viewer { role } } fragment F on Query { ...F }",
  "{ ...F } fragment F on Query { viewer { role } } fragment F on Query { workspace { id } }",
  "{ ...F ...F } fragment F on Query { viewer { role } }", "{ ...F } fragment F on Query { nothing }",
  "query A { ...F } query B { ...G } fragment F on Query { viewer { role } } fragment G on Query { viewer { role } }",
  { query: "query A { ...F } query B { ...G } fragment F on Query { viewer { role } } fragment G on Query { nothing }", operationName: "A" },
  "{ ...F @include(if: true) } fragment F on Query { viewer { role } }", "{ ...F } fragment F on Query @include(if: true) { viewer { role } }",
];

const overlapping = [
  "{ viewer { role } viewer { scopes } }", "{ viewer { role role } }", "{ viewer { role role: scopes } }", "{ viewer { a: role a: scopes } }",
  "{ viewer { role } viewer: workspace { id } }", "{ a: member(id: \"x\") { period { days } } a: member(id: \"y\") { period { days } } }",
  "{ a: member(id: \"x\") { period { days } } a: member(id: \"x\") { period { from } } }", "{ labels(first: 1) { share } labels { share } }",
  "{ labels(first: 1) { share } labels(first: 2) { share } }", "{ team { a: metrics { closed } a: unassigned { closed } } }",
  "{ team { metrics { a: closed } metrics { a: won } } }", "{ team { metrics { a: closed } } ...F } fragment F on Query { team { metrics { a: won } } }",
  "{ team { metrics { a: closed } } ...F } fragment F on Query { team { metrics { a: closed } } }",
  "{ a: viewer { role } ... @skip(if: true) { a: workspace { id } } }",
  "{ team { ...A ...B } } fragment A on TeamReport { x: period { days } } fragment B on TeamReport { x: period { from } }",
  "{ team { ...A ...B } } fragment A on TeamReport { x: period { d: days } } fragment B on TeamReport { x: period { d: pendingDays } }",
  "query ($a: Int, $b: Int) { labels(first: $a) { share } labels(first: $b) { share } }",
  "query ($a: Int) { labels(first: $a) { share } labels(first: $a) { share } }",
  '{ team(filter: {labelIds: ["a"], unassigned: true}) { period { days } } team(filter: {unassigned: true, labelIds: ["a"]}) { period { from } } }',
];

const usedVariables = [
  { query: "query ($p: PeriodInput) { team(period: $p) { period { days } } }", variables: { p: period } },
  { query: "query ($p: PeriodInput) { team(period: $p) { period { days } } }" },
  { query: "query ($p: PeriodInput) { team(period: $p) { period { days } } }", variables: { p: null } },
  { query: "query ($p: PeriodInput!) { team(period: $p) { period { days } } }" },
  { query: "query ($p: PeriodInput!) { team(period: $p) { period { days } } }", variables: { p: null } },
  "query ($p: PeriodInput) { viewer { role } }", "{ team(period: $p) { period { days } } }",
  "query ($p: Int, $p: Int) { labels(first: $p) { share } }", "query ($p: Nothing) { labels(first: $p) { share } }",
  "query ($p: Viewer) { labels(first: $p) { share } }", "query ($p: String) { labels(first: $p) { share } }",
  "query ($p: Float) { labels(first: $p) { share } }", "query ($p: [Int]) { labels(first: $p) { share } }",
  "query ($p: Int!) { labels(first: $p) { share } }", "query ($p: Int = 5) { labels(first: $p) { share } }",
  'query ($p: Int = "5") { labels(first: $p) { share } }', "query ($p: Int! = null) { labels(first: $p) { share } }",
  "query ($p: Int = null) { labels(first: $p) { share } }", "query ($p: Int! = 5) { labels(first: $p) { share } }",
  "query ($p: Granularity) { team { series(by: $p) { from } } }", "query ($p: Granularity = WEEK) { team { series(by: $p) { from } } }",
  "query ($p: Measure) { team { change(measure: $p) { current } } }", "query ($p: Measure = CLOSED) { team { change(measure: $p) { current } } }",
  "query ($p: Measure = null) { team { change(measure: $p) { current } } }",
  { query: "query ($p: Measure!) { team { change(measure: $p) { current } } }", variables: { p: "CLOSED" } },
  { query: "query ($p: Measure!) { team { change(measure: $p) { current } } }", variables: { p: "closed" } },
  { query: "query ($p: Measure!) { team { change(measure: $p) { current } } }", variables: { p: 1 } },
  { query: "query A($p: Int) { ...F } query B { ...F } fragment F on Query { labels(first: $p) { share } }", operationName: "A" },
  { query: "query A($p: Int) { ...F } fragment F on Query { labels(first: $p) { share } }", variables: { p: 3 } },
  { query: "query ($p: [ID!]) { team(filter: {memberIds: $p}) { period { days } } }", variables: { p: ["a"] } },
  { query: "query ($p: [ID!]) { team(filter: {memberIds: $p}) { period { days } } }", variables: { p: "a" } },
  { query: "query ($p: [ID!]) { team(filter: {memberIds: $p}) { period { days } } }", variables: { p: [null] } },
  { query: "query ($p: [ID]) { team(filter: {memberIds: $p}) { period { days } } }", variables: { p: ["a"] } },
  { query: "query ($p: ID!) { team(filter: {memberIds: [$p]}) { period { days } } }", variables: { p: "a" } },
  { query: "query ($p: ID) { team(filter: {memberIds: [$p]}) { period { days } } }", variables: { p: "a" } },
  { query: "query ($p: ID!) { team(filter: {memberIds: $p}) { period { days } } }", variables: { p: "a" } },
  { query: "query ($p: PeriodPreset!) { team(period: {preset: $p}) { period { days } } }", variables: { p: "TODAY" } },
  { query: "query ($p: PeriodPreset) { team(period: {preset: $p}) { period { days } } }", variables: { p: "TODAY" } },
  { query: "query ($p: PeriodPreset = TODAY) { team(period: {preset: $p}) { period { days } } }" },
  { query: "query ($p: ReportFilter) { team(filter: $p) { period { days } } }", variables: { p: { unassigned: true } } },
  { query: "query ($p: ReportFilter) { team(filter: $p) { period { days } } }", variables: { p: { unassigned: "true" } } },
  { query: "query ($p: ReportFilter) { team(filter: $p) { period { days } } }", variables: { p: { nothing: true } } },
  { query: "query ($p: Int) { labels(first: $p) { share } }", variables: { p: 1, q: 2 } },
  { query: "query ($p: Int @nothing) { labels(first: $p) { share } }" }, { query: "query ($p: Int @skip(if: true)) { labels(first: $p) { share } }" },
  { query: "query ($p: Date!) { team(period: {between: {from: $p, to: $p}}) { period { days } } }", variables: { p: "2026-03-01" } },
  { query: "query ($p: Date!) { team(period: {between: {from: $p, to: $p}}) { period { days } } }", variables: { p: "2026-02-30" } },
  { query: "query ($p: Date!) { team(period: {between: {from: $p, to: $p}}) { period { days } } }", variables: { p: 20260301 } },
];

const numbers = [1, 1.0, 1.5, 2147483647, 2147483648, -2147483648, "1", true, null, [1], [1, 2], {}, 1e300].map((p) => ({
  query: "query ($p: Int) { labels(first: $p) { share } }",
  variables: { p },
})).filter(({ variables: { p } }) => !(typeof p === "number" && Number.isInteger(p) && (p > 1000 || p < 0) && p < 2 ** 31 && p >= -(2 ** 31)));

const floats = [0.5, 1, "0.5", true, null].map((p) => ({
  query: "query ($p: Float!) { team { metrics { firstResponse { quantile(q: $p) } } } }",
  variables: { p },
}));

const ids = ["agent", 7, 7.0, 7.5, true, null, ["agent"], {}].map((p) => ({
  query: "query ($p: ID) { member(id: $p) { period { days } } }",
  variables: { p },
}));

const booleans = [true, "true", 1, null].map((p) => ({
  query: "query ($p: Boolean!) { viewer { role @include(if: $p) __typename } }",
  variables: { p },
}));

const periods = [period, {}, { preset: null }, { preset: "TODAY", between: null }, { preset: "TODAY", between: { from: "2026-03-01", to: "2026-03-02" } },
  { between: { from: "2026-03-01", to: "2026-03-02" } }, { between: { from: "2026-03-01" } }, { between: null }, { preset: "NEVER" },
  { nothing: 1 }, "TODAY", [period], [], { between: { from: "2026-03-01", to: "2026-03-02", by: 1 } }].map((p) => ({
  query: "query ($p: PeriodInput) { team(period: $p) { period { days } } }",
  variables: { p },
}));

const literals = [
  "{preset: TODAY}", "{}", "{preset: null}", '{preset: "TODAY"}', "{preset: NEVER}", "{preset: TODAY, between: null}", "null", "[]", "TODAY", "1",
  '{between: {from: "2026-03-01", to: "2026-03-02"}}', '{between: {from: "2026-03-01"}}', '{between: {from: "2026-03-01", to: null}}',
  '{between: {from: 1, to: "2026-03-02"}}', "{preset: TODAY, preset: TODAY}", "{nothing: 1}", '{between: {from: "x", to: "y"}}',
].map((literal) => `{ team(period: ${literal}) { period { days } } }`);

const values = [
  '{ labels(first: "1") { share } }', "{ labels(first: 1.0) { share } }", "{ labels(first: true) { share } }", "{ labels(first: null) { share } }",
  "{ labels(first: [1]) { share } }", "{ labels(first: 2147483648) { share } }", "{ labels(first: ONE) { share } }", "{ labels(first: {a: 1}) { share } }",
  "{ team { metrics { firstResponse { quantile(q: 1) } } } }", '{ team { metrics { firstResponse { quantile(q: "1") } } } }',
  "{ team { metrics { firstResponse { quantile } } } }", "{ team { metrics { firstResponse { quantile(q: null) } } } }",
  "{ member(id: 7) { period { days } } }", "{ member(id: 7.5) { period { days } } }", "{ member(id: true) { period { days } } }",
  "{ member(id: agent) { period { days } } }", "{ team { change(measure: CLOSED) { current } } }", '{ team { change(measure: "CLOSED") { current } } }',
  "{ team { change(measure: Closed) { current } } }", "{ team { change { current } } }", "{ team { series(by: null) { from } } }",
  "{ team { series { from } } }", '{ team(filter: {memberIds: "a"}) { period { days } } }', '{ team(filter: {memberIds: ["a", null]}) { period { days } } }',
  '{ team(filter: {memberIds: [["a"]]}) { period { days } } }', "{ team(filter: {unassigned: 1}) { period { days } } }",
  "{ team(filter: {unassigned: true, unassigned: true}) { period { days } } }", '{ team(filter: {channels: [1]}) { period { days } } }',
  "{ team(nothing: 1) { period { days } } }", "{ labels(first: 1, first: 1) { share } }", "{ conversations { totalCount } }",
  "{ viewer(id: 1) { role } }", "{ feedback(minScore: 1, maxScore: 5, hasComment: true) { totalCount } }", "{ feedback(minScore: 1.5) { totalCount } }",
];

const directives = [
  "{ viewer @include(if: true) { role } }", "{ viewer @include(if: false) { role } }", "{ viewer @skip(if: true) { role } }",
  "{ viewer { role @skip(if: true) } }", "{ viewer @skip(if: true) @include(if: true) { role } }", "{ viewer @skip(if: true) @skip(if: true) { role } }",
  "{ viewer @skip { role } }", "{ viewer @skip(if: null) { role } }", '{ viewer @skip(if: "true") { role } }', "{ viewer @skip(if: 1) { role } }",
  "{ viewer @skip(if: true, unless: false) { role } }", "{ viewer @nothing { role } }", "query @skip(if: true) { viewer { role } }",
  "{ viewer @deprecated { role } }", "{ viewer @oneOf { role } }", "{ ... @skip(if: true) { viewer { role } } }",
  { query: "query ($a: Boolean!) { viewer @skip(if: $a) { role } }", variables: { a: true } },
  { query: "query ($a: Boolean! = true) { viewer @skip(if: $a) { role } }" }, { query: "query ($a: Boolean = true) { viewer @skip(if: $a) { role } }" },
  { query: "query ($a: Boolean) { viewer @skip(if: $a) { role } }" }, { query: "query ($a: Int!) { viewer @skip(if: $a) { role } }", variables: { a: 1 } },
  "{ __typename @skip(if: true) }", "{ __typename @nothing }", "{ __typename @skip(if: $a) }",
];

export const documents = [
  ...syntax, ...operations, ...fields, ...fragments, ...overlapping, ...usedVariables, ...numbers, ...floats, ...ids, ...booleans, ...periods, ...literals,
  ...values, ...directives,
];
