//! Business hours, and how they are changed.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use caseload_schema::hours::{self, BusinessHours, WorkingTime};

use super::{
    authorization::permitted, context::ContextExt as _, rollup_runs::wake, scalars::Date,
    workspace::Workspace,
};
use crate::error::ApiError;

/// When a workspace works, in its time zone.
#[derive(Debug)]
pub(super) struct Hours(pub(super) Arc<WorkingTime>);

/// When a workspace works, in its time zone.
#[Object]
impl Hours {
    /// All seven weekdays, Monday first.
    async fn weekdays(&self) -> Vec<WeekdayHours> {
        let weekdays = self.0.hours().weekdays().iter().zip(1..);
        weekdays
            .map(|(stretches, weekday)| WeekdayHours {
                weekday,
                stretches: written(stretches),
            })
            .collect()
    }

    /// The dates whose own stretches replace their weekday's, in order.
    async fn dates(&self) -> Vec<DateHours> {
        let dates = self.0.hours().dates();
        dates
            .map(|(day, date)| DateHours {
                date: Date(day),
                name: date.name.clone(),
                stretches: written(&date.stretches),
            })
            .collect()
    }
}

/// The stretches of a weekday.
#[derive(Debug, SimpleObject)]
pub(super) struct WeekdayHours {
    /// 1 is Monday, 7 is Sunday.
    weekday: i32,
    /// In order; none: closed.
    stretches: Vec<Stretch>,
}

/// The stretches of a date, which replace its weekday's.
#[derive(Debug, SimpleObject)]
pub(super) struct DateHours {
    /// The date.
    date: Date,
    /// What people call it; null where that is not known.
    name: Option<String>,
    /// In order; none: closed.
    stretches: Vec<Stretch>,
}

/// A stretch of a day by the clocks of the workspace's time zone.
#[derive(Debug, SimpleObject)]
pub(super) struct Stretch {
    /// When it begins, HH:MM.
    from: String,
    /// When it is over, HH:MM; 24:00 where it ends with the day.
    to: String,
}

fn written(stretches: &[hours::Stretch]) -> Vec<Stretch> {
    let stretch = |stretch: &hours::Stretch| Stretch {
        from: stretch.from(),
        to: stretch.to(),
    };
    stretches.iter().map(stretch).collect()
}

/// When a workspace is to work. A stretch of the night is two, one on each day.
#[derive(Debug, InputObject)]
pub(super) struct HoursInput {
    /// The stretches of each weekday; one that is absent is closed.
    weekdays: Vec<WeekdayHoursInput>,
    /// Dates whose own stretches replace their weekday's, at most 1,000.
    #[graphql(default)]
    dates: Vec<DateHoursInput>,
}

/// The stretches of a weekday.
#[derive(Debug, InputObject)]
pub(super) struct WeekdayHoursInput {
    /// 1 is Monday, 7 is Sunday.
    weekday: i32,
    /// At most 24, in any order, none overlapping; none: closed.
    stretches: Vec<StretchInput>,
}

/// The stretches of a date, which replace its weekday's.
#[derive(Debug, InputObject)]
pub(super) struct DateHoursInput {
    /// The date.
    date: Date,
    /// What people call it.
    name: Option<String>,
    /// At most 24, in any order, none overlapping; none: closed.
    stretches: Vec<StretchInput>,
}

/// A stretch of a day by the clocks of the workspace's time zone.
#[derive(Debug, InputObject)]
pub(super) struct StretchInput {
    /// When it begins, HH:MM.
    from: String,
    /// When it is over, HH:MM, later than `from`; up to 24:00.
    to: String,
}

impl HoursInput {
    fn resolve(self) -> Result<BusinessHours, ApiError> {
        let mut weekdays = Vec::with_capacity(self.weekdays.len());
        for (at, day) in self.weekdays.into_iter().enumerate() {
            let stretches = read(day.stretches, &format!("hours.weekdays[{at}]"))?;
            let weekday = u8::try_from(day.weekday).unwrap_or(u8::MAX);
            if weekday == u8::MAX {
                return Err(ApiError::bad_input(format!(
                    "hours.weekdays[{at}]: weekday is 1 (Monday) to 7 (Sunday), was {}",
                    day.weekday
                )));
            }
            weekdays.push((weekday, stretches));
        }
        let mut dates = Vec::with_capacity(self.dates.len());
        for (at, day) in self.dates.into_iter().enumerate() {
            let stretches = read(day.stretches, &format!("hours.dates[{at}]"))?;
            let name = day.name;
            dates.push((day.date.0, hours::DateHours { name, stretches }));
        }
        BusinessHours::new(weekdays, dates)
            .map_err(|error| ApiError::bad_input(format!("hours: {error}")))
    }
}

fn read(stretches: Vec<StretchInput>, of: &str) -> Result<Vec<hours::Stretch>, ApiError> {
    let read = |stretch: StretchInput| {
        hours::Stretch::parse(&stretch.from, &stretch.to)
            .map_err(|error| ApiError::bad_input(format!("{of}: {error}")))
    };
    stretches.into_iter().map(read).collect()
}

/// Changes to when the workspace works.
#[derive(Debug, Default)]
pub(super) struct HoursMutations;

#[Object]
impl HoursMutations {
    /// Sets the business hours. Everything is rebuilt by them, and takes effect with that run's switch; until then figures stay those
    /// by the hours of before. Asking for those takes the wish back.
    async fn set_business_hours(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The hours; null: all time counts.")] hours: Option<HoursInput>,
    ) -> Result<Workspace, ApiError> {
        let viewer = permitted(ctx, "Mutation", "setBusinessHours")?;
        let hours = hours.map(HoursInput::resolve).transpose()?;
        let snapshot = ctx.snapshot()?;
        let changed = snapshot
            .store()
            .request_hours(snapshot.key(), hours, viewer.actor(), snapshot.now())
            .await?;
        wake(ctx);
        Ok(Workspace::changed(changed))
    }
}
