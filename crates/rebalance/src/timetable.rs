use chrono::NaiveDate;

use crate::{DriftBand, RebalanceError, Rebalancer, ReviewDay, Rule};

/// What a rule makes of a date, before it sees a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing is traded, whatever has drifted.
    Hold,
    /// All is traded when an asset has left its band.
    Look,
    /// All is traded.
    Trade,
}

/// A rule that needs to know nothing but dates and drifts, laid out over dates: what [`ConstantMix`](crate::paths::ConstantMix) can walk.
///
/// That is a calendar, a drift band that trades every asset to its target, and such rules combined, with one band at the most.
///
/// ```
/// use allweather_core::Month;
/// use allweather_rebalance::{Calendar, Edge, Period, Rule, paths::{Moment, Timetable}};
/// let months = "2020-10".parse::<Month>()?.through("2021-02".parse()?);
/// let dates: Vec<_> = months.map(|month| month.last_day()).collect();
/// let yearly = Rule::Calendar(Calendar { every: Period::Year, on: Edge::End });
/// let table = Timetable::of(&yearly, &dates, None)?.ok_or("not by dates")?;
/// // Of November to February.
/// assert_eq!(table.moments(), [Moment::Hold, Moment::Trade, Moment::Hold, Moment::Hold]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Timetable {
    moments: Vec<Moment>,
    band: Option<DriftBand>,
}

impl Timetable {
    /// The rule over these dates, which increase; `None` when it reads more than dates and drifts, or trades otherwise than all to targets.
    ///
    /// `next` is the date of the review after the last of them; `None` when none is known, as in a run to the end of its panel: then a
    /// period ends at the last date when no weekday of it is left.
    ///
    /// # Errors
    ///
    /// As [`Rebalancer::decide`](crate::Rebalancer::decide) of a calendar.
    pub fn of(
        rule: &Rule,
        dates: &[NaiveDate],
        next: Option<NaiveDate>,
    ) -> Result<Option<Self>, RebalanceError> {
        let asked = dates.len().saturating_sub(1);
        let combined = match rule {
            Rule::DriftBand(band) if band.trades_all_to_targets() => {
                return Ok(Some(Self { moments: vec![Moment::Look; asked], band: Some(*band) }));
            }
            Rule::Never => return Ok(Some(Self { moments: vec![Moment::Hold; asked], band: None })),
            Rule::Calendar(calendar) => {
                calendar.check()?;
                let moment = |t: usize| {
                    let day =
                        ReviewDay::new(Some(dates[t - 1]), dates[t], dates.get(t + 1).copied().or(next));
                    if calendar.may_trade(day) { Moment::Trade } else { Moment::Hold }
                };
                let moments = (1..dates.len()).map(moment).collect();
                return Ok(Some(Self { moments, band: None }));
            }
            Rule::FirstOf(rules) => (rules, true),
            Rule::AllOf(rules) => (rules, false),
            _ => return Ok(None),
        };
        let (rules, any) = combined;
        let mut all: Option<Self> = None;
        for rule in rules.as_slice() {
            let Some(one) = Self::of(rule, dates, next)? else { return Ok(None) };
            all = match all {
                None => Some(one),
                Some(so_far) => match so_far.with(&one, any) {
                    None => return Ok(None),
                    both => both,
                },
            };
        }
        Ok(all)
    }

    /// What is done at each date but the first, at which everything is bought.
    #[must_use]
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// How far from its weight each asset may be where the rule looks, as fractions of the portfolio; without an end where there is no
    /// band.
    #[must_use]
    pub fn half_widths(&self, weights: &[f64]) -> Vec<f64> {
        let of = |weight: &f64| self.band.map_or(f64::INFINITY, |band| band.half_width(*weight));
        weights.iter().map(of).collect()
    }

    /// Both rules as one; `None` when that takes two bands.
    fn with(mut self, other: &Self, any: bool) -> Option<Self> {
        if self.band.is_some() && other.band.is_some() && self.band != other.band {
            return None;
        }
        self.band = self.band.or(other.band);
        for (mine, other) in self.moments.iter_mut().zip(&other.moments) {
            *mine = match (*mine, *other) {
                (Moment::Trade, other) | (other, Moment::Trade) => {
                    if any {
                        Moment::Trade
                    } else {
                        other
                    }
                }
                (Moment::Hold, other) | (other, Moment::Hold) => {
                    if any {
                        other
                    } else {
                        Moment::Hold
                    }
                }
                (Moment::Look, Moment::Look) => Moment::Look,
            };
        }
        Some(self)
    }
}
