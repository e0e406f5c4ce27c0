//! The attributes that occur on some days.

use std::collections::BTreeSet;

use super::Days;

impl Days {
    /// The keys of all attributes, in code point order.
    pub fn attribute_keys(&self) -> Vec<String> {
        let blocks = self.blocks().iter();
        let keys = blocks.flat_map(|block| block.tags().attributes().keys());
        let distinct: BTreeSet<&str> = keys.collect();
        distinct.into_iter().map(str::to_owned).collect()
    }

    /// The first `most` values of `key` that start with that text, in code point order.
    pub fn attribute_values(&self, key: &str, starts_with: &str, most: usize) -> Vec<String> {
        let mut first: BTreeSet<&str> = BTreeSet::new();
        for block in self.blocks() {
            let values = block.tags().attributes().values_of(key);
            let start = values.partition_point(|value| &**value < starts_with);
            let matching = values[start..].iter().map(|value| &**value);
            for value in matching.take_while(|value| value.starts_with(starts_with)) {
                // No later value of this day is among the first ones either.
                if most <= first.len() && first.last().is_none_or(|last| *last <= value) {
                    break;
                }
                first.insert(value);
                if most < first.len() {
                    first.pop_last();
                }
            }
        }
        first.into_iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caseload_schema::facts::Attribute;

    use super::*;
    use crate::sample::{Sample, at};

    /// A conversation a day, each with one of these plans.
    fn days(plans: &[&str]) -> Days {
        let mut sample = Sample::default();
        for (plan, number) in plans.iter().zip(1..) {
            let conversation = sample.conversation(number, at(number as i32, 9, 0));
            conversation.attributes.push(Attribute {
                key: "plan".into(),
                value: (*plan).into(),
            });
        }
        Days::new(sample.blocks().into_iter().map(Arc::new).collect())
    }

    #[test]
    fn values_of_all_days_come_in_order_and_no_more_than_asked_for() {
        let days = days(&["pro", "basic", "probe", "Pro", "éclair", "basic"]);
        assert_eq!(days.attribute_keys(), ["plan"]);
        let values = |starts_with, most| days.attribute_values("plan", starts_with, most);
        assert_eq!(values("", 9), ["Pro", "basic", "pro", "probe", "éclair"]);
        assert_eq!(values("", 2), ["Pro", "basic"]);
        assert_eq!(values("pro", 9), ["pro", "probe"]);
        assert_eq!(values("pro", 1), ["pro"]);
        assert_eq!(values("", 0), [""; 0]);
        assert_eq!(days.attribute_values("plans", "", 9), [""; 0]);
    }
}
