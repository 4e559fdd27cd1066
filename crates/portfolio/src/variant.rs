use allweather_core::Month;
use allweather_leverage::{Charge, Fixed, Funding, HalfOptimalF, LeverageRule, UnleveredPath, paths};
use allweather_market::Market;
use allweather_metrics::{Periodicity, Returns, annual_return_geometric, max_drawdown, volatility};

use crate::{PortfolioError, Record};

/// The monthly path of a run as leverage sees it, with what borrowing cost in each month.
#[derive(Debug, Clone, PartialEq)]
pub struct FundedPath {
    months: Vec<Month>,
    invested: Vec<f64>,
    unreinvested: Vec<f64>,
    funding: Vec<f64>,
}

/// Performance under one leverage rule.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Variant {
    /// What the variant is called.
    pub name: String,
    /// The multiple, or why its rule has no answer; then every figure is `None`.
    pub multiple: Result<f64, String>,
    /// Geometric return a year; −1 after ruin.
    pub annual_return: Option<f64>,
    /// Annualised standard deviation (n − 1), up to ruin.
    pub deviation: Option<f64>,
    /// Largest drawdown as a positive fraction.
    pub drawdown: Option<f64>,
    /// The month in which everything was lost, if it was.
    pub ruined_in: Option<Month>,
    /// What 1 has become after each month of [`FundedPath::months`]; 0 from ruin on. Empty when the rule has no answer.
    pub wealth: Vec<f64>,
}

fn monthly(changes: &[f64]) -> Option<Returns<'_>> {
    Returns::new(Periodicity::Monthly, changes).ok()
}

impl FundedPath {
    /// The months, one after another. There is at least one.
    #[must_use]
    pub fn months(&self) -> &[Month] {
        &self.months
    }

    /// What borrowing cost in each of the months, a fraction of the position a month.
    #[must_use]
    pub fn funding(&self) -> &[f64] {
        &self.funding
    }

    /// The path as a leverage rule is given it: changes of the invested part and of the pool over last month's total assets, and
    /// the monthly funding rate.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Leverage`] when a figure is out of range.
    pub fn unlevered(&self) -> Result<UnleveredPath<'_>, PortfolioError> {
        Ok(UnleveredPath::new(&self.invested, &self.unreinvested, &self.funding)?)
    }

    /// The path under a leverage rule, by the published formula: funding is charged on the whole position.
    ///
    /// A rule that looks at the whole path, as optimal f does, is judged on the months it was chosen on.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Leverage`] when the levered path does not fit a number. A rule without an answer is not an error.
    pub fn variant(&self, name: &str, rule: &dyn LeverageRule) -> Result<Variant, PortfolioError> {
        let mut variant = Variant {
            name: name.to_owned(),
            multiple: rule.multiple(&self.unlevered()?).map_err(|e| e.to_string()),
            annual_return: None,
            deviation: None,
            drawdown: None,
            ruined_in: None,
            wealth: Vec::new(),
        };
        let Ok(multiple) = variant.multiple else { return Ok(variant) };
        let one_path = |values: &[f64]| ndarray::Array2::from_shape_fn((1, values.len()), |(_, i)| values[i]);
        let (invested, unreinvested) = (one_path(&self.invested), one_path(&self.unreinvested));
        let levered =
            paths::levered(&invested, &unreinvested, &self.funding, multiple, Charge::WholePosition)?;
        let paths::LeveredWealth { wealth, ruined_in, .. } = paths::wealth(levered.row(0))?;
        // It begins with the 1 before the first month.
        variant.wealth = wealth.into_iter().skip(1).collect();
        let alive = ruined_in.unwrap_or(self.months.len());
        let mut changes: Vec<f64> = levered.iter().take(alive).copied().collect();
        variant.deviation = monthly(&changes).and_then(|r| volatility(&r).ok());
        variant.ruined_in = ruined_in.and_then(|period| self.months.get(period)).copied();
        if ruined_in.is_some() {
            changes.push(-1.0);
        }
        if let Some(returns) = monthly(&changes) {
            variant.annual_return = annual_return_geometric(&returns).ok();
            variant.drawdown = max_drawdown(&returns).ok().map(|d| -d.depth);
        }
        Ok(variant)
    }
}

impl Record {
    /// The monthly path of the run with its funding; `None` when the market knows no 1-year JGB yield
    /// ([`Market::JGB_1Y`]) for the last month of the run.
    ///
    /// A month is funded at the yield known at the end of the month before, plus the spread of `funding`. The path is the last
    /// stretch of months without a hole in the yields. The pool earns nothing, so its part of a change is 0.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Leverage`] when a yield is out of range.
    ///
    /// # Source
    ///
    /// Published method, §5.
    pub fn funded_path(
        &self,
        market: &Market,
        funding: Funding,
    ) -> Result<Option<FundedPath>, PortfolioError> {
        let (mut months, mut invested, mut yields): (Vec<Month>, Vec<f64>, Vec<f64>) = Default::default();
        let mut before: Option<crate::Step<'_>> = None;
        for step in self.steps() {
            let Some(last) = before.replace(step) else { continue };
            // Flows are no profit: what was withdrawn into the pool is still in the total assets.
            let change = (step.after_costs - step.value_before) / (step.capital + last.pool);
            if step.month == last.month {
                // Several dates a month: the month's change is theirs, compounded.
                if let (Some(month), Some(so_far)) = (months.last(), invested.last_mut())
                    && *month == step.month
                {
                    *so_far = (1.0 + *so_far) * (1.0 + change) - 1.0;
                }
                continue;
            }
            let known = market.as_of(last.month.last_day());
            let jgb = known.statistic(Market::JGB_1Y).and_then(|series| series.get(last.month));
            if let Some(jgb) = jgb {
                months.push(step.month);
                invested.push(change);
                yields.push(jgb);
            } else {
                (months, invested, yields) = Default::default();
            }
        }
        if months.is_empty() {
            return Ok(None);
        }
        let funding = paths::monthly_funding(funding, &yields)?.to_vec();
        let unreinvested = vec![0.0; months.len()];
        Ok(Some(FundedPath { months, invested, unreinvested, funding }))
    }

    /// The run as it is and the published leverage variants, 2×, 5× and optimal f/2, all over the months of
    /// [`Record::funded_path`]; none when there are no such months.
    ///
    /// # Errors
    ///
    /// As [`Record::funded_path`] and [`FundedPath::variant`].
    ///
    /// # Source
    ///
    /// Published method, §5.
    pub fn variants(&self, market: &Market, funding: Funding) -> Result<Vec<Variant>, PortfolioError> {
        let Some(path) = self.funded_path(market, funding)? else { return Ok(Vec::new()) };
        let fixed = |multiple: f64| path.variant(&format!("{multiple}x"), &Fixed::new(multiple)?);
        Ok(vec![fixed(1.0)?, fixed(2.0)?, fixed(5.0)?, path.variant("optimal f/2", &HalfOptimalF)?])
    }
}
