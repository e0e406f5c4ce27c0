//! Comments, put together from phrases the way people write them: short, long, careless, delighted.

use super::{
    chance::Chance,
    people::Language,
    phrases::{Mood, Phrases, phrases},
    topics::Topic,
};

/// What a comment is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion<'a> {
    pub(super) language: Language,
    pub(super) score: u8,
    /// The first name of whoever helped; without it, no phrase with a name is taken.
    pub(super) helper: Option<&'a str>,
    pub(super) topic: Option<&'a Topic>,
}

/// Which parts a comment has, and how often.
const SHAPES: [(f64, [bool; 3]); 6] = [
    (0.26, [true, false, false]),
    (0.26, [true, true, false]),
    (0.16, [false, true, false]),
    (0.12, [true, false, true]),
    (0.10, [false, true, true]),
    (0.10, [true, true, true]),
];
const SMILES: [&str; 4] = ["🙂", "👍", "❤️", ":)"];

/// One comment.
pub(super) fn comment(occasion: Occasion<'_>, chance: &mut Chance) -> String {
    let Phrases {
        openers,
        details,
        closers,
    } = phrases(occasion.language, Mood::of(occasion.score));
    let (_, wanted) = SHAPES[chance.weighted(&SHAPES.map(|(weight, _)| weight))];
    let mut text = String::new();
    for part in [openers, details, closers]
        .iter()
        .zip(wanted)
        .filter_map(|(part, wanted)| wanted.then_some(*part))
    {
        append(&mut text, &phrase(part, occasion, chance), chance);
    }
    finish(text, occasion.score, chance)
}

/// A phrase whose gaps can be filled, filled.
fn phrase(of: &[&str], occasion: Occasion<'_>, chance: &mut Chance) -> String {
    let fits = |phrase: &&&str| {
        (occasion.helper.is_some() || !phrase.contains("{name}"))
            && (occasion.topic.is_some() || !phrase.contains("{topic}"))
    };
    let fitting: Vec<&str> = of.iter().filter(fits).copied().collect();
    let said = occasion.topic.map_or("", |topic| {
        if occasion.score < 4 {
            topic.complaint
        } else {
            topic.praise
        }
    });
    chance
        .pick(&fitting)
        .replace("{name}", occasion.helper.unwrap_or_default())
        .replace("{topic}", said)
}

/// Adds a part: as a sentence of its own, or behind a comma or a dash.
fn append(text: &mut String, part: &str, chance: &mut Chance) {
    if text.is_empty() || text.ends_with(['.', '!', '?']) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&capitalised(part));
        return;
    }
    match chance.weighted(&[0.5, 0.3, 0.2]) {
        0 => {
            text.push_str(". ");
            text.push_str(&capitalised(part));
        }
        1 if part.starts_with(char::is_lowercase) => {
            text.push_str(", ");
            text.push_str(part);
        }
        _ => {
            text.push_str(" - ");
            text.push_str(part);
        }
    }
}

/// The last touch: a full stop or none, some shouting, some who never press shift.
fn finish(mut text: String, score: u8, chance: &mut Chance) -> String {
    if !text.ends_with(['.', '!', '?']) {
        let ending = match score {
            1 => chance.pick(&["", ".", "!", "!!", "..."]),
            5 => chance.pick(&["", ".", "!", "!", "!!"]),
            _ => chance.pick(&["", "", ".", "."]),
        };
        text.push_str(ending);
    }
    if chance.happens(0.13) {
        text = text.to_lowercase();
    }
    if score == 5 && chance.happens(0.12) {
        text.push(' ');
        text.push_str(chance.pick(&SMILES));
    }
    text
}

fn capitalised(part: &str) -> String {
    let mut chars = part.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Chance, Language, Occasion, comment};
    use crate::topics::TOPICS;

    fn comments(score: u8, helper: Option<&str>) -> Vec<String> {
        let mut chance = Chance::new(7);
        let occasion = Occasion {
            language: Language::English,
            score,
            helper,
            topic: Some(&TOPICS[0]),
        };
        (0..400).map(|_| comment(occasion, &mut chance)).collect()
    }

    #[test]
    fn people_rarely_write_the_same() {
        assert!(
            250 < comments(5, Some("Ben"))
                .into_iter()
                .collect::<HashSet<_>>()
                .len()
        );
    }

    #[test]
    fn no_gap_stays_open() {
        for text in comments(1, None).into_iter().chain(comments(5, None)) {
            assert!(!text.is_empty() && !text.contains(['{', '}']), "{text}");
        }
    }

    #[test]
    fn who_was_helped_by_nobody_names_nobody() {
        assert!(comments(5, None).iter().all(|text| !text.contains("Ben")));
    }
}
