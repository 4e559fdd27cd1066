use allweather_core::Percent;
use allweather_portfolio::{
    PortfolioError,
    rebalance::{Calendar, DriftBand, DriftMeasure, Edge, Period, Rule, Scope},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A rule that takes part in a tournament, under a name.
///
/// ```
/// use allweather_study::Entrant;
/// let monthly: Entrant = serde_json::from_str(r#"{"name": "monthly", "rule": {"calendar": {"every": "month", "on": "end"}}}"#)?;
/// assert_eq!(monthly, Entrant::monthly());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Entrant {
    /// Its name, unique in a tournament.
    pub name: String,
    /// The rule. Where it is one of your own it is not read.
    pub rule: Rule,
    /// Where the rule is one of your own, handed over by [`Tournament::with_rule`](crate::Tournament::with_rule): what tells it from any
    /// other ([`Variant::own_rule`](crate::Variant::own_rule)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_rule: Option<String>,
}

impl Entrant {
    /// A rule under a name.
    #[must_use]
    pub fn new(name: &str, rule: Rule) -> Self {
        Self { name: name.to_owned(), rule, own_rule: None }
    }

    /// A rule of your own, which the tournament is given by [`Tournament::with_rule`](crate::Tournament::with_rule). Change the fingerprint
    /// when the rule changes.
    #[must_use]
    pub fn own(name: &str, fingerprint: &str) -> Self {
        Self { own_rule: Some(fingerprint.to_owned()), ..Self::new(name, Rule::Never) }
    }

    fn calendar(name: &str, every: Period) -> Self {
        Self::new(name, Rule::Calendar(Calendar { every, on: Edge::End }))
    }

    /// Every month's end.
    #[must_use]
    pub fn monthly() -> Self {
        Self::calendar("monthly", Period::Month)
    }

    /// Every quarter's end.
    #[must_use]
    pub fn quarterly() -> Self {
        Self::calendar("quarterly", Period::Quarter)
    }

    /// The end of every half of a year.
    #[must_use]
    pub fn half_yearly() -> Self {
        Self::calendar("half-yearly", Period::HalfYear)
    }

    /// Every year's end.
    #[must_use]
    pub fn yearly() -> Self {
        Self::calendar("yearly", Period::Year)
    }

    /// Never: buy and hold.
    #[must_use]
    pub fn never() -> Self {
        Self::new("never", Rule::Never)
    }

    /// Everything, when an asset's weight is more than so many points of the portfolio away from its target: a band of each width.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Rebalance`] for a width that is not above 0.
    pub fn bands(points: &[Decimal]) -> Result<Vec<Self>, PortfolioError> {
        let band = |points: &Decimal| {
            let percent = Percent::new(*points);
            let rule = DriftBand::new(DriftMeasure::Portfolio, percent, Scope::All)?;
            Ok(Self::new(&format!("band {}", points.normalize()), Rule::DriftBand(rule)))
        };
        points.iter().map(band).collect()
    }

    /// How often it trades by the calendar; `None` for a rule that does not go by it alone.
    pub(crate) fn every(&self) -> Option<Period> {
        match &self.rule {
            Rule::Calendar(calendar) if self.own_rule.is_none() => Some(calendar.every),
            _ => None,
        }
    }
}
