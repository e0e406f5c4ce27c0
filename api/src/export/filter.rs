//! What an export is restricted to, as it is asked for.

use std::collections::BTreeSet;

use caseload_rollup::cube::{AttributeFilter, Filter};
use caseload_schema::{
    directory::Directory,
    id::{LabelKey, MemberKey},
};

/// What rows are asked for. Values of one field are alternatives, fields restrict each other; an empty list restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restriction {
    /// The ids of those to whom rows are credited.
    pub members: Vec<String>,
    /// Adds what is credited to nobody to the members named; alone, nothing else is asked for.
    pub unassigned: bool,
    /// The ids of labels, of which a conversation has any.
    pub labels: Vec<String>,
    /// Channels of conversations.
    pub channels: Vec<String>,
    /// A key and a value, with `:` between them, or no value: conversations without the key. Values of one key are alternatives.
    pub attributes: Vec<String>,
}

/// What is not there: the parameter that names it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The name of the parameter.
    pub parameter: &'static str,
    /// In words.
    pub problem: String,
}

impl Restriction {
    /// As figures take it.
    ///
    /// # Errors
    /// A member or label that is not there.
    pub fn resolve(&self, directory: &Directory) -> Result<Filter, Unknown> {
        let labels = self.labels.iter().map(|id| label(id, directory));
        let labels = labels.collect::<Result<BTreeSet<_>, _>>()?;
        let channels = self.channels.iter();
        let channels = channels.filter_map(|name| directory.channel_by_name(name));
        Ok(Filter {
            credit: self.credit(directory)?,
            labels: (!labels.is_empty()).then_some(labels),
            channels: (!self.channels.is_empty()).then(|| channels.collect()),
            attributes: attributes(&self.attributes),
        })
    }

    fn credit(
        &self,
        directory: &Directory,
    ) -> Result<Option<BTreeSet<Option<MemberKey>>>, Unknown> {
        if self.members.is_empty() && !self.unassigned {
            return Ok(None);
        }
        let members = self.members.iter().map(|id| member(id, directory));
        let mut credit = members.collect::<Result<BTreeSet<_>, _>>()?;
        if self.unassigned {
            credit.insert(None);
        }
        Ok(Some(credit))
    }
}

fn member(id: &str, directory: &Directory) -> Result<Option<MemberKey>, Unknown> {
    let found = directory.member_by_id(id);
    found.map(|member| Some(member.key)).ok_or_else(|| Unknown {
        parameter: "member",
        problem: format!("there is no member {id:?}"),
    })
}

fn label(id: &str, directory: &Directory) -> Result<LabelKey, Unknown> {
    let found = directory.label_by_id(id);
    found.map(|label| label.key).ok_or_else(|| Unknown {
        parameter: "label",
        problem: format!("there is no label {id:?}"),
    })
}

/// One filter for each key.
fn attributes(asked: &[String]) -> Vec<AttributeFilter> {
    let mut filters: Vec<AttributeFilter> = Vec::new();
    for asked in asked {
        let (key, value) = asked.split_once(':').unwrap_or((asked, ""));
        let at = filters.iter().position(|filter| filter.key == key);
        let at = at.unwrap_or_else(|| {
            filters.push(AttributeFilter {
                key: key.to_owned(),
                ..AttributeFilter::default()
            });
            filters.len() - 1
        });
        // No value is empty.
        if value.is_empty() {
            filters[at].or_none = true;
        } else {
            filters[at].any_of.insert(value.to_owned());
        }
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(key: &str, any_of: &[&str], or_none: bool) -> AttributeFilter {
        AttributeFilter {
            key: key.to_owned(),
            any_of: any_of.iter().map(|&value| value.to_owned()).collect(),
            or_none,
        }
    }

    #[test]
    fn values_of_one_key_are_alternatives() {
        let asked = ["plan:pro", "url:http://x", "plan:a:b", "region", "plan:"];
        let filters = attributes(&asked.map(str::to_owned));
        let expected = [
            filter("plan", &["a:b", "pro"], true),
            filter("url", &["http://x"], false),
            filter("region", &[], true),
        ];
        assert_eq!(filters, expected);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let directory = Directory::new(vec![], vec![], vec![], vec![]);
        let unknown = Restriction {
            labels: vec!["bug".to_owned()],
            ..Restriction::default()
        };
        let error = unknown.resolve(&directory).unwrap_err();
        assert_eq!(
            (error.parameter, &*error.problem),
            ("label", "there is no label \"bug\"")
        );
        let nowhere = Restriction {
            channels: vec!["fax".to_owned()],
            ..Restriction::default()
        };
        let filter = nowhere.resolve(&directory).unwrap();
        assert_eq!(filter.channels, Some(BTreeSet::new()));
    }
}
