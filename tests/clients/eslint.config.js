// The schema, by the rules for schemas that many agree on, and those that clients made for Relay expect.

import graphql from "@graphql-eslint/eslint-plugin";

const schema = graphql.configs["flat/schema-recommended"];
const relay = graphql.configs["flat/schema-relay"];

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "../../api/schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...schema.rules,
      ...relay.rules,
      "@graphql-eslint/require-description": [
        "error",
        { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true },
      ],
      "@graphql-eslint/require-deprecation-reason": "error",
      // Inline where it is one line, a block where it is more.
      "@graphql-eslint/description-style": "off",
      // Lists are read forwards alone, and short ones are no connections. Ids are those of the help desk: each is one of its
      // type, and none is looked up without its type, so that there is no Node.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false, withEdgeSuffix: true }],
      // What has an id is a thing; what has none is a figure, a part, or a change that was made.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            types: [
              "Attribute", "Benchmark", "BreakdownKey", "BreakdownRow", "BusyHour", "ConversationAttribute", "CreatedApiToken", "DailyRollup", "DayRange",
              "DurationRange", "Metrics", "PageInfo", "Period", "RollupStatus", "ScoreCount", "SeriesPoint", "Subscription", "TeamFigures",
              "DateHours", "Hours", "Stretch", "WeekdayHours", "TimezoneOffset", "Viewer", "Within",
            ],
            suffixes: ["Actor", "Connection", "Counts", "Edge", "Report", "Stats", "Change", "Entry", "Payload", "Request"],
          },
        },
      ],
    },
  },
];
