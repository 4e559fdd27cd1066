use std::borrow::Cow;

use allweather_core::AssetId;
use allweather_metrics::Undefined;
use chrono::NaiveDate;
use serde::Serialize;

use crate::{DriftMeasure, Period, Threshold};

/// Why a rule decided as it did: data, turned into words by [`Reason::explain`]. Positions count from 0 in universe order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The first purchase.
    Start,
    /// A vault without money.
    NothingHeld,
    /// The rule never trades.
    Never,
    /// No asset has drifted far enough.
    WithinBand {
        /// The largest drift in percent, unrounded and without its sign.
        largest: f64,
        /// What the percent is of.
        measure: DriftMeasure,
        /// The drift that would trade.
        threshold: Threshold,
    },
    /// Assets have drifted too far.
    Drift {
        /// The asset that has drifted furthest.
        position: usize,
        /// Its weight, a fraction.
        weight: f64,
        /// Its target, a fraction.
        target: f64,
        /// Its drift in percent, unrounded.
        drift: f64,
        /// What the percent is of.
        measure: DriftMeasure,
        /// The drift that trades.
        threshold: Threshold,
        /// The weight it is traded to, a fraction.
        to: f64,
        /// How many assets have drifted too far.
        breached: usize,
    },
    /// No asset has left its no-trade region.
    WithinRegion {
        /// The asset nearest to the edge of its region.
        position: usize,
        /// Its weight, a fraction.
        weight: f64,
        /// Its target, a fraction.
        target: f64,
        /// Half the width of its region, a fraction of the portfolio.
        half_width: f64,
    },
    /// Assets have left their no-trade regions.
    OutsideRegion {
        /// The asset furthest outside.
        position: usize,
        /// Its weight, a fraction.
        weight: f64,
        /// Its target, a fraction.
        target: f64,
        /// Half the width of its region, a fraction of the portfolio.
        half_width: f64,
        /// The weight it is traded to, a fraction.
        to: f64,
        /// How many assets are outside.
        outside: usize,
    },
    /// The calendar says so.
    Due(Period),
    /// The calendar does not say so.
    NotDue(Period),
    /// This review stands for a scheduled day.
    DueFor {
        /// How often.
        every: Period,
        /// The day, before it was moved to a review.
        scheduled: NaiveDate,
    },
    /// This review stands for no scheduled day.
    NotDueUntil {
        /// How often.
        every: Period,
        /// The next scheduled day, before it is moved to a review.
        scheduled: Option<NaiveDate>,
    },
    /// One of several rules has settled it.
    Member {
        /// Its place among them, from 0.
        member: usize,
        /// Its own reason.
        reason: Box<Reason>,
    },
    /// Several rules agree; the reason of each, in their order.
    All(Vec<Reason>),
    /// The history is too short for what the rule measures.
    TooShort {
        /// The asset with the shortest history; `None` when nothing has any.
        position: Option<usize>,
        /// How many returns it has.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// What the rule measures cannot be measured yet, so another rule decides.
    Unmeasured {
        /// Why it cannot.
        why: Box<Reason>,
        /// That rule's own reason.
        reason: Box<Reason>,
    },
    /// What the rule measures does not exist; positions in it are assets.
    NoMeasure(Undefined),
    /// Recent volatility against the long run's has chosen the rule.
    Volatility {
        /// The recent volatility, a fraction a period.
        recent: f64,
        /// The long run's.
        long_run: f64,
        /// The ratio above which markets are turbulent.
        ratio: f64,
        /// Whether they are.
        turbulent: bool,
        /// The reason of the rule that was chosen.
        reason: Box<Reason>,
    },
    /// The asset whose share of the risk is furthest from its budget.
    RiskBudget {
        /// The asset.
        position: usize,
        /// Its share of the portfolio's risk, a fraction.
        share: f64,
        /// Its budget, a fraction.
        budget: f64,
        /// The deviation that trades, a fraction of the budget.
        threshold: f64,
        /// How many assets are further away than that.
        breached: usize,
    },
    /// The correlations that the targets were limited by.
    Correlation {
        /// The two assets that correlate most.
        pair: [usize; 2],
        /// Their correlation.
        correlation: f64,
        /// The mean of all pairs.
        mean: f64,
        /// The correlation above which assets are one group.
        limit: f64,
        /// What was cut from groups, a fraction of the portfolio.
        cut: f64,
        /// The reason of the rule that decides.
        reason: Box<Reason>,
    },
    /// No trade is worth its cost.
    NotWorthTrading {
        /// How far the portfolio is from its targets: the volatility of the difference, a fraction a year.
        tracking_error: f64,
    },
    /// A trade is worth its cost.
    WorthTrading {
        /// How far the portfolio is from its targets: the volatility of the difference, a fraction a year.
        tracking_error: f64,
        /// How far it is after the trade.
        left: f64,
        /// What the trade costs, a fraction of the portfolio.
        cost: f64,
        /// The asset that trades most.
        position: usize,
        /// How many assets trade.
        traded: usize,
    },
    /// The words of a rule of your own about one asset, which is named when they are shown.
    About {
        /// The asset.
        position: usize,
        /// The words: "3.1 points away".
        words: Cow<'static, str>,
    },
    /// The words of a rule of your own.
    Other(Cow<'static, str>),
}

impl Reason {
    pub(crate) fn member(member: usize, reason: Self) -> Self {
        Self::Member { member, reason: Box::new(reason) }
    }

    /// The reason in plain words; `universe` gives the names of the assets.
    ///
    /// ```
    /// use allweather_core::AssetId;
    /// use allweather_rebalance::{DriftMeasure, Reason, Threshold};
    /// let reason = Reason::Drift {
    ///     position: 0, weight: 0.231, target: 0.2, drift: 3.1, measure: DriftMeasure::Portfolio,
    ///     threshold: Threshold::Rounded(2), to: 0.21, breached: 1,
    /// };
    /// let words = reason.explain(&[AssetId::new("gold")?]);
    /// assert_eq!(words, "gold 23.1 % against 20.0 %: +3.1 points of the portfolio, band 2, sold to 21.0 %; 1 asset breached");
    /// # Ok::<(), allweather_core::AssetIdError>(())
    /// ```
    #[must_use]
    pub fn explain(&self, universe: &[AssetId]) -> String {
        let name = |position: &usize| universe.get(*position).map_or("?", AssetId::as_str);
        let of = |measure: &DriftMeasure| match measure {
            DriftMeasure::Position => "% of the position",
            DriftMeasure::Portfolio => "points of the portfolio",
        };
        let state = |position: &usize, weight: &f64, target: &f64| {
            format!("{} {:.1} % against {:.1} %", name(position), weight * 100.0, target * 100.0)
        };
        let numbered = |member: usize, why: &Self| format!("rule {}: {}", member + 1, why.explain(universe));
        match self {
            Self::Start => "first purchase".to_owned(),
            Self::NothingHeld => "nothing is held".to_owned(),
            Self::Never => "bought and held".to_owned(),
            Self::WithinBand { largest, measure, threshold } => {
                let (of, left) = (of(measure), threshold.limit() - largest);
                format!("largest drift {largest:.1} {of}, band {threshold}: {left:.1} short of trading")
            }
            Self::Drift { position, weight, target, drift, measure, threshold, to, breached } => format!(
                "{}: {drift:+.1} {}, band {threshold}, {}; {} breached",
                state(position, weight, target),
                of(measure),
                traded(*weight, *to),
                counted(*breached),
            ),
            Self::WithinRegion { position, weight, target, half_width } => format!(
                "{}: {:.2} points from the edge of its no-trade region of {:.2} points",
                state(position, weight, target),
                (half_width - (weight - target).abs()) * 100.0,
                half_width * 100.0,
            ),
            Self::OutsideRegion { position, weight, target, half_width, to, outside } => format!(
                "{}: {:+.2} points, no-trade region {:.2}, {}; {} outside",
                state(position, weight, target),
                (weight - target) * 100.0,
                half_width * 100.0,
                traded(*weight, *to),
                counted(*outside),
            ),
            Self::Due(period) => format!("{} review is due", period.adjective()),
            Self::NotDue(every) | Self::NotDueUntil { every, scheduled: None } => {
                format!("{} review is not due", every.adjective())
            }
            Self::DueFor { every, scheduled } => {
                format!("{} review of {scheduled} is due", every.adjective())
            }
            Self::NotDueUntil { every, scheduled: Some(day) } => {
                format!("{} review is not due before that of {day}", every.adjective())
            }
            Self::Member { member, reason } => numbered(*member, reason),
            Self::All(reasons) => {
                let each = reasons.iter().enumerate().map(|(member, reason)| numbered(member, reason));
                each.collect::<Vec<_>>().join("; ")
            }
            Self::TooShort { position, found, needed } => {
                let asset = position.as_ref().map_or("nothing", &name);
                format!("{asset} has {found} returns, {needed} are needed")
            }
            Self::Unmeasured { why, reason } => {
                format!("{}: {}", why.explain(universe), reason.explain(universe))
            }
            Self::NoMeasure(Undefined::NoVariationOf { asset, .. }) => {
                format!("{} does not vary", name(asset))
            }
            Self::NoMeasure(why) => why.to_string(),
            Self::Volatility { recent, long_run, ratio, turbulent, reason } => format!(
                "{}, volatility {:.2} % a period against {:.2} % in the long run, turbulent above {ratio} times that: {}",
                if *turbulent { "turbulent" } else { "calm" },
                recent * 100.0,
                long_run * 100.0,
                reason.explain(universe),
            ),
            Self::RiskBudget { position, share, budget, threshold, breached } => {
                let [share, budget, threshold] = [share, budget, threshold].map(|fraction| fraction * 100.0);
                let (name, breached) = (name(position), counted(*breached));
                format!(
                    "{name} carries {share:.1} % of the risk, budget {budget:.1} %, trades from {threshold:.0} % off; {breached} breached"
                )
            }
            Self::Correlation { pair: [one, other], correlation, mean, limit, cut, reason } => format!(
                "{} and {} correlate most, {correlation:.2} (limit {limit:.2}, mean of all {mean:.2}), targets cut by {:.1} %: {}",
                name(one),
                name(other),
                cut * 100.0,
                reason.explain(universe),
            ),
            Self::NotWorthTrading { tracking_error } => {
                format!("tracking error {:.2} % a year, no trade is worth its cost", tracking_error * 100.0)
            }
            Self::WorthTrading { tracking_error, left, cost, position, traded } => {
                let [error, left, cost] = [tracking_error, left, cost].map(|fraction| fraction * 100.0);
                let (traded, most) = (counted(*traded), name(position));
                format!(
                    "tracking error {error:.2} % a year cut to {left:.2} % at a cost of {cost:.4} %; {traded} traded, {most} most"
                )
            }
            Self::About { position, words } => format!("{} {words}", name(position)),
            Self::Other(words) => words.clone().into_owned(),
        }
    }
}

fn traded(weight: f64, to: f64) -> String {
    let verb = if to < weight { "sold" } else { "bought" };
    format!("{verb} to {:.1} %", to * 100.0)
}

fn counted(assets: usize) -> String {
    if assets == 1 { "1 asset".to_owned() } else { format!("{assets} assets") }
}
