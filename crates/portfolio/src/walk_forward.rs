use allweather_core::{AssetId, Month, Weights};
use allweather_fx_overlay::{FxSpec, HedgeSpec};
use allweather_market::{AsOf, Frequency, Market, ReturnCurrency};
use allweather_optimize::{Answer, Constraints, Objective, OptimizeError, Scenarios};
use chrono::NaiveDate;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::{PortfolioError, ScheduledTargets, Spec, TargetSchedule, prepare::Prepared};

/// Weights chosen again and again from what was known on the day, and held in between: what optimisation would have come to.
///
/// On each review day an objective is minimised over the months that were over, as [`AsOf`] shows them: what came later is out of reach.
/// The months count that all chosen assets have; an asset with fewer than the least is left out until it has them. Asset
/// returns are in the asset's own currency as far as the spec hedges it and in base currency as far as it does not. **What the hedge
/// costs is not in them**, nor are expenses; both are in the run.
///
/// On the wire `objective`, `constraints` (none when left out), `every`, `month` and `least` are those of [`WalkForward::new`], and `last`, all
/// months when left out, that of [`WalkForward::of_last`].
///
/// Turnover and costs among the constraints count from the weights that were chosen before, whatever weights they name.
///
/// ```
/// use allweather_portfolio::{prelude::*, WalkForward, rfr::RateHistory};
/// let walk: WalkForward = serde_json::from_str(r#"{
///     "objective": {"downside_deviation": {"target": {"return": 0.0}}},
///     "constraints": {"bounds": [{"max": 0.9}, {"max": 0.9}]},
///     "every": 12, "month": 12, "least": 3
/// }"#)?;
/// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2019-09,100,100\n2019-10,110,101\n2019-11,90,102\n2019-12,100,103\n2020-01,99,104\n")?;
/// let market = Market::new(Currency::JPY, prices);
/// let spec = Spec::from_json(r#"{"name": "two", "capital": 1000,
///     "holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}],
///     "rule": {"calendar": {"every": "month", "on": "end"}}}"#)?;
/// let (schedule, reviews) = walk.schedule(&spec, &market)?;
/// assert_eq!((reviews.len(), reviews[0].months), (1, 3));
/// assert!((reviews[0].weights.as_slice()[1] - 0.9).abs() < 1e-6, "b never fell");
/// let record = Simulation::new(&spec, &market, &RateHistory::default())?.with_schedule(&schedule)?.run()?;
/// assert!(record.step(3).is_some_and(|december| december.strategic_changed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct WalkForward {
    objective: Objective,
    constraints: Constraints,
    every: u32,
    month: u32,
    least: u32,
    last: Option<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    objective: Objective,
    #[serde(default)]
    constraints: Constraints,
    every: u32,
    month: u32,
    least: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<u32>,
}

/// What was chosen on a day, and from what.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Choice {
    /// The day: nothing after it was known.
    pub date: NaiveDate,
    /// How many months were looked at.
    pub months: usize,
    /// Assets with too short a history, whose weight is 0.
    pub left_out: Vec<AssetId>,
    /// The strategic weights from this day on, in the order of the holdings: those of before when nothing was found.
    pub weights: Weights,
    /// What the optimisation says: objective and status, or which constraints contradict each other. `None` when no asset has the
    /// least months.
    pub answer: Option<Answer>,
}

impl WalkForward {
    /// Weights of the least `objective` under `constraints`, chosen every so many months, the `month` of the year (1 is January) being
    /// one of them, of assets with a history of `least` months or more.
    ///
    /// Assets are counted as the spec's holdings are.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::WalkForward`] unless `every` is 1, 2, 3, 4, 6 or 12, `month` in 1..=12 and `least` in 2..=1200;
    /// [`PortfolioError::Optimize`] for an objective about weathers, which are not told here.
    pub fn new(
        objective: Objective,
        constraints: Constraints,
        every: u32,
        month: u32,
        least: u32,
    ) -> Result<Self, PortfolioError> {
        let refuse = |what, value, rule| Err(PortfolioError::WalkForward { what, value, rule });
        if every == 0 || 12 % every != 0 {
            return refuse("number of months between reviews", every, "1, 2, 3, 4, 6 or 12");
        }
        if !(1..=12).contains(&month) {
            return refuse("month of review", month, "in 1..=12");
        }
        if !(2..=1200).contains(&least) {
            return refuse("least number of months", least, "in 2..=1200");
        }
        if matches!(objective, Objective::WeatherBalanced { .. }) {
            return Err(OptimizeError::NoWeathers.into());
        }
        Ok(Self { objective, constraints, every, month, least, last: None })
    }

    /// The same, looking at the last months only; without this, at all of them.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::WalkForward`] when they are fewer than the least, or more than 1200.
    pub fn of_last(self, months: u32) -> Result<Self, PortfolioError> {
        if !(self.least..=1200).contains(&months) {
            let rule = "at least the least number of months, and at most 1200";
            return Err(PortfolioError::WalkForward { what: "number of last months", value: months, rule });
        }
        Ok(Self { last: Some(months), ..self })
    }

    /// What is to be least.
    #[must_use]
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// What the weights must obey.
    #[must_use]
    pub fn constraints(&self) -> &Constraints {
        &self.constraints
    }

    /// The strategic weights for a run of `spec` on `market`, and how each was chosen. The last review day before the run's first
    /// step is the first one here, so that a run may begin with weights that were chosen; a review that finds none adds nothing
    /// to the schedule.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::VaultsInSchedule`] when the spec holds vaults, [`PortfolioError::NotMonthly`] when prices are not monthly,
    /// [`PortfolioError::Unknown`] for an asset without prices, [`PortfolioError::Span`] for a run without months or beyond the prices;
    /// [`PortfolioError::Optimize`] when constraints do not fit the holdings or there is no covariance (risk budgets have none
    /// while an asset is left out whose budget is above 0), [`PortfolioError::Weights`] for weights below 0.
    pub fn schedule(
        &self,
        spec: &Spec,
        market: &Market,
    ) -> Result<(TargetSchedule, Vec<Choice>), PortfolioError> {
        let run = Run::new(spec, market)?;
        let due = |month: Month| (month.number() + 12 - self.month).is_multiple_of(self.every);
        let rows = market.prices().dates().iter().zip(market.prices().months());
        let days: Vec<NaiveDate> =
            rows.take(run.end).filter(|(_, month)| due(**month)).map(|(date, _)| *date).collect();
        let begins = days.partition_point(|date| *date <= run.first_day).saturating_sub(1);

        let mut before = own_weights(spec)?;
        let (mut entries, mut choices) = (Vec::new(), Vec::new());
        for date in days.into_iter().skip(begins) {
            let choice = self.choose(&run, market.as_of(date), None, before)?;
            before = choice.weights.clone();
            if choice.answer.as_ref().is_some_and(|answer| answer.solution().is_some()) {
                entries.push(ScheduledTargets { since: date, weights: choice.weights.clone() });
            }
            choices.push(choice);
        }
        Ok((TargetSchedule::new(entries)?, choices))
    }

    /// The same choice made once, on the run's last day, from the months of the run itself: **hindsight**. Nobody could have held these
    /// weights. What they seem to earn beyond those of [`WalkForward::schedule`] is what fitting the past is worth, which is
    /// nothing to an investor.
    ///
    /// # Errors
    ///
    /// As [`WalkForward::schedule`].
    pub fn in_hindsight(&self, spec: &Spec, market: &Market) -> Result<Choice, PortfolioError> {
        let run = Run::new(spec, market)?;
        // The first step buys: its own month is not earned.
        let months = run.end - run.first - 1;
        self.choose(&run, market.as_of(run.last_day), Some(months), own_weights(spec)?)
    }

    fn choose(
        &self,
        run: &Run<'_>,
        known: AsOf<'_>,
        months: Option<usize>,
        before: Weights,
    ) -> Result<Choice, PortfolioError> {
        let histories = run.histories(known);
        let least = self.least as usize;
        let long = |history: &&Vec<f64>| history.len() >= least;
        let left_out: Vec<usize> = (0..histories.len()).filter(|at| histories[*at].len() < least).collect();
        let named = left_out.iter().map(|at| run.assets[*at].clone()).collect();
        let mut choice =
            Choice { date: known.date(), months: 0, left_out: named, weights: before, answer: None };
        let Some(common) = histories.iter().filter(long).map(Vec::len).min() else { return Ok(choice) };
        let last = self.last.map_or(common, |last| common.min(last as usize));
        choice.months = months.map_or(last, |months| last.min(months));

        // What is left out is 0 in every month, and its weight is fixed at 0.
        let assets = histories.len();
        let returns = Array2::from_shape_fn((choice.months, assets), |(back, asset)| {
            histories[asset].get(back).filter(|_| histories[asset].len() >= least).copied().unwrap_or(0.0)
        });
        let constraints =
            self.constraints.clone().without(assets, &left_out)?.traded_from(choice.weights.as_slice())?;
        let answer = self.objective.minimise(&Scenarios::new(&returns)?, &constraints)?;
        if let Some(solution) = answer.solution() {
            // The solver's sum is 1 but for rounding.
            let sum: f64 = solution.weights.iter().sum();
            choice.weights = Weights::new(solution.weights.iter().map(|weight| weight / sum).collect())?;
        }
        choice.answer = Some(answer);
        Ok(choice)
    }
}

fn own_weights(spec: &Spec) -> Result<Weights, PortfolioError> {
    Ok(Weights::new(spec.holdings.as_slice().iter().map(|holding| holding.weight).collect())?)
}

/// What a choice needs to know of a run.
struct Run<'a> {
    assets: Vec<&'a AssetId>,
    /// Of each asset, its place in the market and how much of it is hedged: 1 at home.
    columns: Vec<(usize, f64)>,
    /// The first row of the run, and the one behind its last.
    first: usize,
    end: usize,
    first_day: NaiveDate,
    last_day: NaiveDate,
}

impl<'a> Run<'a> {
    fn new(spec: &'a Spec, market: &Market) -> Result<Self, PortfolioError> {
        let panel = market.prices();
        if panel.frequency() != Frequency::Monthly {
            return Err(PortfolioError::NotMonthly);
        }
        if !spec.holdings.vaults().is_empty() {
            return Err(PortfolioError::VaultsInSchedule);
        }
        let rows = Prepared::rows(spec, market)?;
        let (first, behind) = (rows.start, rows.end);
        // There is one row at least.
        let (first_day, last_day) = (panel.dates()[first], panel.dates()[behind - 1]);
        let assets: Vec<_> = spec.holdings.as_slice().iter().map(|holding| holding.part.name()).collect();
        let column = |asset: &&AssetId| {
            let place =
                panel.position(asset).ok_or_else(|| PortfolioError::Unknown { asset: (*asset).clone() })?;
            let currency = panel.instruments()[place].currency;
            let hedge = spec.fx.as_ref().map(FxSpec::hedge).filter(|hedge| hedge.hedges(currency));
            let hedged = if currency == market.base() { 1.0 } else { hedge.map_or(0.0, HedgeSpec::ratio) };
            Ok((place, hedged))
        };
        let columns = assets.iter().map(column).collect::<Result<_, PortfolioError>>()?;
        Ok(Self { assets, columns, first, end: behind, first_day, last_day })
    }

    /// Monthly returns of each asset, newest first, up to its first gap.
    fn histories(&self, known: AsOf<'_>) -> Vec<Vec<f64>> {
        let history = |&(place, hedged): &(usize, f64)| -> Vec<f64> {
            let own = known.returns(place, ReturnCurrency::Local);
            let counted = known.returns(place, ReturnCurrency::Base);
            if hedged >= 1.0 {
                own.collect()
            } else {
                own.zip(counted).map(|(own, counted)| hedged * own + (1.0 - hedged) * counted).collect()
            }
        };
        self.columns.iter().map(history).collect()
    }
}

impl TryFrom<Wire> for WalkForward {
    type Error = PortfolioError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let walk = Self::new(wire.objective, wire.constraints, wire.every, wire.month, wire.least)?;
        wire.last.map_or(Ok(walk.clone()), |months| walk.of_last(months))
    }
}

impl From<WalkForward> for Wire {
    fn from(walk: WalkForward) -> Self {
        let WalkForward { objective, constraints, every, month, least, last } = walk;
        Self { objective, constraints, every, month, least, last }
    }
}
