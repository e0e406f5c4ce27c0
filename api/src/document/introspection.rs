//! The schema's description of itself: the types by which it is asked for, as the specification has them, and their price.
//!
//! What a tool asks for should be answered however large the schema is, so the price does not follow the schema's size: a field
//! costs 1 each time that it is written, whatever lists of the schema it stands in. It is in the answer at most once for each
//! part of the schema, as long as no list of a type stands within another one: that one names the types of some field, and
//! from there the same lists can be entered again and again. Each such entry multiplies.

/// The most that the description may cost. With all options of the reference implementation (npm `graphql` 16) its query
/// costs some 240; none of the other tools' costs more.
pub(super) const MAX_COST: u64 = 500;

/// What is within a list of a type that is within such a list costs so much more: a large type has so many fields.
pub(super) const ROWS_OF_A_TYPE: u64 = 20;

/// The fields of the root that lead to the description.
const ROOTS: [&str; 2] = ["__schema", "__type"];

/// Whether a field of that name leads to the description. No other field may have such a name.
pub(super) fn is_root(field: &str) -> bool {
    ROOTS.contains(&field)
}

/// Whether that field of that type is one of the description. No other type may have such a name.
pub(super) fn is_part(parent: &str, field: &str) -> bool {
    parent.starts_with("__") || is_root(field)
}

pub(super) const INTROSPECTION: &str = r"
type __Schema {
  description: String
  types: [__Type!]!
  queryType: __Type!
  mutationType: __Type
  subscriptionType: __Type
  directives(includeDeprecated: Boolean! = false): [__Directive!]!
}
type __Type {
  kind: __TypeKind!
  name: String
  description: String
  specifiedByURL: String
  fields(includeDeprecated: Boolean! = false): [__Field!]
  interfaces: [__Type!]
  possibleTypes: [__Type!]
  enumValues(includeDeprecated: Boolean! = false): [__EnumValue!]
  inputFields(includeDeprecated: Boolean! = false): [__InputValue!]
  ofType: __Type
  isOneOf: Boolean
}
enum __TypeKind { SCALAR OBJECT INTERFACE UNION ENUM INPUT_OBJECT LIST NON_NULL }
type __Field {
  name: String!
  description: String
  args(includeDeprecated: Boolean! = false): [__InputValue!]!
  type: __Type!
  isDeprecated: Boolean!
  deprecationReason: String
}
type __InputValue {
  name: String!
  description: String
  type: __Type!
  defaultValue: String
  isDeprecated: Boolean!
  deprecationReason: String
}
type __EnumValue {
  name: String!
  description: String
  isDeprecated: Boolean!
  deprecationReason: String
}
type __Directive {
  name: String!
  description: String
  isRepeatable: Boolean!
  locations: [__DirectiveLocation!]!
  args(includeDeprecated: Boolean! = false): [__InputValue!]!
  isDeprecated: Boolean!
  deprecationReason: String
}
enum __DirectiveLocation {
  QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION SCHEMA SCALAR
  OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION
}
";
