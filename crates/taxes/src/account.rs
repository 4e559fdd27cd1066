use std::collections::BTreeMap;

use allweather_core::{AssetId, Rate, Year};
use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::{LossDecision, paths::Disallowed};

/// What happened to one asset's lots on one day: by the portfolio's own trade, and by the programme. Amounts are in base currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LossLine {
    /// The day.
    pub date: NaiveDate,
    /// The asset.
    pub asset: AssetId,
    /// What the programme decided; `None` on a day on which it did not look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<LossDecision>,
    /// Value less cost of all lots before the day's trade: below 0 is under water.
    pub unrealised: f64,
    /// What the portfolio's own sale realised: below 0 is a loss.
    pub traded: f64,
    /// What the programme sold and bought back: what the portfolio's own trade did not sell of it anyway.
    pub round_trip: f64,
    /// The loss that this realised, above 0.
    pub loss: f64,
    /// What it cost: both sides of it.
    pub cost: f64,
    /// Losses that do not count because of this day's movements, each with the day of its sale.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disallowed: Vec<Disallowed>,
}

impl LossLine {
    /// A line of a day on which nothing has happened yet.
    #[must_use]
    pub const fn new(date: NaiveDate, asset: AssetId) -> Self {
        Self {
            date,
            asset,
            decision: None,
            unrealised: 0.0,
            traded: 0.0,
            round_trip: 0.0,
            loss: 0.0,
            cost: 0.0,
            disallowed: Vec::new(),
        }
    }
}

/// Loss realised against cost paid: one line, of a year, an asset or all. Amounts are in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct LossSum {
    /// How many positions the programme sold and bought back.
    pub round_trips: usize,
    /// How many it left alone although they were under water.
    pub left_alone: usize,
    /// What was sold and bought back.
    pub round_trip: f64,
    /// Losses that the programme realised.
    pub loss: f64,
    /// What it cost.
    pub cost: f64,
    /// Gains less losses of the portfolio's own sales.
    pub traded: f64,
    /// Losses, of either, that a window disallowed; in the year of their sale.
    pub disallowed: f64,
}

impl LossSum {
    fn add(&mut self, line: &LossLine) {
        self.round_trips += usize::from(line.round_trip > 0.0);
        let left = [LossDecision::BelowCost, LossDecision::BelowThreshold, LossDecision::WithinWindow];
        self.left_alone += usize::from(line.decision.is_some_and(|decision| left.contains(&decision)));
        self.round_trip += line.round_trip;
        self.loss += line.loss;
        self.cost += line.cost;
        self.traded += line.traded;
    }

    /// What counts of the programme's losses: those disallowed are taken off it first.
    #[must_use]
    pub fn allowed(&self) -> f64 {
        (self.loss - self.disallowed).max(0.0)
    }
}

/// Loss realised against cost paid, by year and by asset.
///
/// The tax that is put off is the assumed rate times the losses that count. It is *put off*, not saved: what was bought back costs
/// less, and is taxed on more, when it is sold. And it is put off only if there are gains to set the losses against.
///
/// ```text
/// put off = tax rate · max(loss − disallowed, 0)        net = put off − cost
/// ```
///
/// Amounts are in the base currency of the run whose lines they are.
///
/// ```
/// use allweather_core::{Rate, Year};
/// use allweather_taxes::{LossAccount, LossLine};
/// use chrono::NaiveDate;
/// use rust_decimal::dec;
/// let date = NaiveDate::from_ymd_opt(2026, 3, 31).ok_or("no day")?;
/// let mut line = LossLine::new(date, "equity".parse()?);
/// (line.round_trip, line.loss, line.cost) = (90_000.0, 10_090.0, 180.0);
/// let account = LossAccount::new([&line], Rate::from_fraction(dec!(0.2)));
/// assert_eq!(account.put_off(&account.total), 2018.0);
/// assert_eq!(account.years[&Year::new(2026)].cost, 180.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §7, names both sides: losses that are realised, and what that costs. How the tax that is put off is counted is our
/// reading.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LossAccount {
    /// All of it.
    pub total: LossSum,
    /// By calendar year. A disallowed loss is in the year of its sale.
    pub years: BTreeMap<Year, LossSum>,
    /// By asset.
    pub assets: BTreeMap<AssetId, LossSum>,
    /// The assumed tax rate, a fraction of the gain.
    pub tax_rate: Rate,
}

impl LossAccount {
    /// Sums up lines.
    #[must_use]
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a LossLine>, tax_rate: Rate) -> Self {
        let (total, years, assets) = (LossSum::default(), BTreeMap::new(), BTreeMap::new());
        let mut account = Self { total, years, assets, tax_rate };
        for line in lines {
            let LossAccount { total, years, assets, .. } = &mut account;
            let asset = assets.entry(line.asset.clone()).or_default();
            let year = years.entry(Year::new(line.date.year())).or_default();
            for sum in [&mut *total, year, &mut *asset] {
                sum.add(line);
            }
            for disallowed in &line.disallowed {
                let year = years.entry(Year::new(disallowed.sold.year())).or_default();
                for sum in [&mut *total, year, &mut *asset] {
                    sum.disallowed += disallowed.loss;
                }
            }
        }
        account
    }

    /// The tax that a sum puts off: rate times the losses that count.
    #[must_use]
    pub fn put_off(&self, sum: &LossSum) -> f64 {
        self.tax_rate.to_f64() * sum.allowed()
    }

    /// Tax put off less what the programme cost.
    #[must_use]
    pub fn net(&self, sum: &LossSum) -> f64 {
        self.put_off(sum) - sum.cost
    }
}
