//! How a conversation goes, from the first message to the rating, as if there were no "now" to cut it short.

use caseload_schema::{day::Day, instant::Instant};

use super::{
    chance::Chance,
    people::{COLLEAGUES, Colleague, Language, TEAMS},
    seasons::Seasons,
    texts::{Occasion, comment},
    topics::{CHANNELS, OUTAGE, TOPICS, Topic},
};

/// How a conversation comes about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beginning {
    pub(super) at: Instant,
    pub(super) day: Day,
    /// How many days before today.
    pub(super) days_ago: i32,
    pub(super) language: Language,
    /// How much longer everything takes on a day as busy as this.
    pub(super) rush: f64,
}

/// A conversation with all that happened in it.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) created_at: Instant,
    pub(super) channel: &'static str,
    pub(super) topics: Vec<&'static Topic>,
    /// Whose it is, and since when.
    pub(super) assignee: Option<(&'static Colleague, Instant)>,
    /// Whose it was at first, where it was passed on.
    pub(super) passed_on_by: Option<&'static Colleague>,
    pub(super) said: Vec<Said>,
    /// Each closing but the last was undone at the instant beside it.
    pub(super) closings: Vec<(Instant, Option<Instant>)>,
    pub(super) outcome: Option<&'static str>,
    pub(super) rating: Option<Verdict>,
    pub(super) follow_up: Option<Promise>,
}

/// One message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) at: Instant,
    pub(super) kind: &'static str,
    pub(super) author: Option<&'static str>,
}

/// An answer to the survey.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) at: Instant,
    pub(super) score: u8,
    pub(super) comment: Option<String>,
    pub(super) credited: Option<&'static str>,
}

/// A follow-up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promise {
    pub(super) due_at: Instant,
    pub(super) completed_at: Option<Instant>,
    pub(super) assignee: Option<&'static str>,
}

const HOUR: f64 = 3_600.0;

/// Who tells the story: the calendar and the dice.
#[derive(Debug)]
pub(super) struct Teller<'a> {
    pub(super) seasons: &'a Seasons,
    pub(super) chance: &'a mut Chance,
}

impl Teller<'_> {
    /// A whole conversation.
    pub(super) fn tell(&mut self, beginning: Beginning) -> Life {
        let (channel, _, usual, tail) = CHANNELS[self
            .chance
            .weighted(&CHANNELS.map(|(_, share, _, _)| share))];
        let topics = self.topics(beginning.day);
        let helper = (!self.chance.happens(0.05)).then(|| self.helper(&topics, beginning.days_ago));
        let mut life = Life {
            created_at: beginning.at,
            channel,
            topics,
            assignee: None,
            passed_on_by: None,
            said: Vec::new(),
            closings: Vec::new(),
            outcome: None,
            rating: None,
            follow_up: None,
        };
        let Some(helper) = helper else {
            self.leave_to_nobody(&mut life);
            return life;
        };
        let times = Times {
            usual: usual * helper.pace * beginning.rush,
            tail,
        };
        self.talk(&mut life, helper, times);
        self.close(&mut life, helper, times);
        self.rate(&mut life, helper, beginning.language);
        self.follow_up(&mut life, helper);
        life
    }

    fn topics(&mut self, day: Day) -> Vec<&'static Topic> {
        let count = self.chance.weighted(&[0.11, 0.66, 0.23]);
        let mut topics = Vec::new();
        if self.seasons.is_incident(day) && self.chance.happens(0.45) {
            topics.push(OUTAGE);
        }
        while topics.len() < count {
            let next = self
                .chance
                .weighted(&TOPICS.each_ref().map(|topic| topic.weight));
            if !topics.contains(&next) {
                topics.push(next);
            }
        }
        topics.into_iter().map(|topic| &TOPICS[topic]).collect()
    }

    /// Someone who was there, rather from the team that knows the topic.
    fn helper(&mut self, topics: &[&Topic], days_ago: i32) -> &'static Colleague {
        let team = topics.first().map_or("front-line", |topic| topic.team);
        let knows = |id: &str| {
            TEAMS
                .iter()
                .any(|(name, _, members)| *name == team && members.contains(&id))
        };
        let weights = COLLEAGUES.each_ref().map(|colleague| {
            let there = colleague.left.is_none_or(|left| left + 3 < days_ago);
            let fit = if knows(colleague.id) { 3.0 } else { 1.0 };
            if there { colleague.share * fit } else { 0.0 }
        });
        &COLLEAGUES[self.chance.weighted(&weights)]
    }

    /// What nobody took: hardly answered, mostly closed unseen.
    fn leave_to_nobody(&mut self, life: &mut Life) {
        life.said.push(Said {
            at: life.created_at,
            kind: "inbound",
            author: None,
        });
        if self.chance.happens(0.3) {
            let at = life.created_at.plus_seconds(self.chance.between(1, 20));
            life.said.push(Said {
                at,
                kind: "bot",
                author: None,
            });
        }
        if self.chance.happens(0.9) {
            let work = self.chance.seconds(9.0 * HOUR, 0.8);
            life.closings
                .push((self.seasons.after_work(life.created_at, work), None));
        }
    }

    fn talk(&mut self, life: &mut Life, helper: &'static Colleague, times: Times) {
        let mut at = life.created_at;
        if self.chance.happens(0.06) {
            life.said.push(Said {
                at,
                kind: "reply",
                author: Some(helper.id),
            });
            at = at.plus_seconds(self.chance.seconds(4.0 * HOUR, 1.0));
        }
        life.said.push(Said {
            at,
            kind: "inbound",
            author: None,
        });
        if life.channel != "email" && self.chance.happens(0.5) {
            let answered_at = at.plus_seconds(self.chance.between(1, 8));
            life.said.push(Said {
                at: answered_at,
                kind: "bot",
                author: None,
            });
        }
        if self.chance.happens(0.012) {
            life.assignee = Some((helper, life.created_at));
            return;
        }
        at = self.reply(life, helper, at, times);
        let claimed_at = if self.chance.happens(0.4) {
            life.created_at
        } else {
            at
        };
        life.assignee = Some((helper, claimed_at));
        let mut turns = 1;
        while self.chance.happens(0.5) && turns < MOST_TURNS {
            at = at.plus_seconds(self.chance.seconds(times.usual * 1.5, 1.3));
            life.said.push(Said {
                at,
                kind: "inbound",
                author: None,
            });
            at = self.reply(
                life,
                helper,
                at,
                Times {
                    usual: times.usual * 0.7,
                    ..times
                },
            );
            turns += 1;
        }
        if self.chance.happens(0.14) {
            let at = at.plus_seconds(self.chance.between(20, 900));
            life.said.push(Said {
                at,
                kind: "note",
                author: Some(helper.id),
            });
        }
        if self.chance.happens(0.06) {
            let other = self.helper(&life.topics, 0);
            life.passed_on_by = (other.id != helper.id).then_some(other);
        }
    }

    /// Answers what was said at `at`: in opening hours, or, now and then, in the evening from the sofa.
    fn reply(
        &mut self,
        life: &mut Life,
        helper: &'static Colleague,
        at: Instant,
        times: Times,
    ) -> Instant {
        let work = self.chance.seconds(times.usual, times.tail) + 5;
        let answered_at = if self.chance.happens(0.12) {
            at.plus_seconds(work)
        } else {
            self.seasons.after_work(at, work)
        };
        life.said.push(Said {
            at: answered_at,
            kind: "reply",
            author: Some(helper.id),
        });
        answered_at
    }

    fn close(&mut self, life: &mut Life, helper: &'static Colleague, times: Times) {
        let effort = life
            .topics
            .iter()
            .map(|topic| topic.effort)
            .fold(0.7, f64::max);
        if self.chance.happens(0.004 * effort) {
            return;
        }
        let last = life.last_said_at();
        let work = self.chance.seconds(0.8 * HOUR * effort * helper.pace, 1.4);
        let mut closed_at = self.seasons.after_work(last, work);
        if self.chance.happens(0.09) {
            let back_at = closed_at.plus_seconds(self.chance.seconds(16.0 * HOUR, 0.9));
            life.closings.push((closed_at, Some(back_at)));
            life.said.push(Said {
                at: back_at,
                kind: "inbound",
                author: None,
            });
            let answered_at = self.reply(life, helper, back_at, times);
            closed_at = self
                .seasons
                .after_work(answered_at, self.chance.seconds(2.0 * HOUR, 1.0));
            if self.chance.happens(0.06) {
                return;
            }
        }
        life.closings.push((closed_at, None));
        life.outcome = self.outcome(&life.topics);
    }

    /// As the first topic that is won or lost at all goes.
    fn outcome(&mut self, topics: &[&Topic]) -> Option<&'static str> {
        let topic = topics.iter().find(|topic| 0.0 < topic.won)?;
        let rest = 1.0 - topic.won - topic.lost;
        [Some("won"), Some("lost"), None][self.chance.weighted(&[topic.won, topic.lost, rest])]
    }

    fn rate(&mut self, life: &mut Life, helper: &'static Colleague, language: Language) {
        let Some(&(closed_at, None)) = life.closings.last() else {
            return;
        };
        if !self.chance.happens(0.3) {
            return;
        }
        let score = self.score(life, helper);
        let talkative = match score {
            1 | 2 => 0.7,
            3 => 0.4,
            _ => 0.45,
        };
        let occasion = Occasion {
            language,
            score,
            helper: Some(helper.first_name()),
            topic: life.topics.first().copied(),
        };
        life.rating = Some(Verdict {
            at: closed_at.plus_seconds(self.chance.seconds(1.5 * HOUR, 1.5) + 30),
            score,
            comment: self
                .chance
                .happens(talkative)
                .then(|| comment(occasion, self.chance)),
            credited: self.chance.happens(0.2).then_some(helper.id),
        });
    }

    /// Warmth and luck add to a score; waiting and having to come back take from it.
    fn score(&mut self, life: &Life, helper: &Colleague) -> u8 {
        if self.chance.happens(0.03) {
            return 1;
        }
        let waited = life.first_response_hours().unwrap_or(24.0);
        let came_back = if 1 < life.closings.len() { 0.9 } else { 0.0 };
        let felt = 4.5 + 0.7 * helper.warmth + 0.8 * self.chance.normal()
            - 0.3 * waited.max(1.0).ln()
            - came_back;
        felt.round().clamp(1.0, 5.0) as u8
    }

    fn follow_up(&mut self, life: &mut Life, helper: &'static Colleague) {
        if !self.chance.happens(0.07) {
            return;
        }
        let promised_at = life.last_said_at();
        let due_at = self
            .seasons
            .after_work(promised_at, self.chance.between(1, 6) * 39_600);
        let completed_at = self.chance.happens(0.88).then(|| {
            let early = self.chance.between(-30_000, 20_000);
            let done_at = due_at
                .plus_seconds(early)
                .max(promised_at.plus_seconds(600));
            self.seasons.after_work(done_at, 60)
        });
        let assignee = self.chance.happens(0.5).then_some(helper.id);
        life.follow_up = Some(Promise {
            due_at,
            completed_at,
            assignee,
        });
    }
}

/// A thread longer than this goes to the phone.
const MOST_TURNS: usize = 9;

/// How long a reply takes.
#[derive(Debug, Clone, Copy)]
struct Times {
    /// Median in seconds of opening hours.
    usual: f64,
    /// Sigma of the log-normal.
    tail: f64,
}

impl Life {
    fn last_said_at(&self) -> Instant {
        self.said
            .iter()
            .map(|said| said.at)
            .fold(self.created_at, Instant::max)
    }

    fn first_response_hours(&self) -> Option<f64> {
        let asked_at = self.said.iter().find(|said| said.kind == "inbound")?.at;
        let answered_at = self
            .said
            .iter()
            .find(|said| said.kind == "reply" && asked_at <= said.at)?
            .at;
        Some(answered_at.seconds_since(asked_at) as f64 / HOUR)
    }
}
