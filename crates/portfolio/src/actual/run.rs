use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Number};
use allweather_fx_overlay::Settled;
use allweather_market::{Market, PricePanel};
use allweather_rebalance::{Decision, Reason, Targets};
use allweather_rfr::RateHistory;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    Account, ActualError, Movement,
    marks::Marks,
    period::{Period, Position},
};
use crate::{
    CostParts, Flows, Holding, Holdings, Operation, Outcome, PortfolioError, Record, Spec,
    prepare::Prepared,
    recorder::{Facts, Recorder},
};

/// A run from what happened in an account, over the steps of a spec on a market.
///
/// Holdings are marked at each step; between two steps what happened is booked: fills at their own prices, costs as they were charged,
/// income, cash and flows. The record has no quarters and no pool: what leaves is what the owner takes.
#[derive(Debug, Clone)]
pub struct ActualRun<'a> {
    spec: &'a Spec,
    market: &'a Market,
    rates: &'a RateHistory,
    account: &'a Account,
    traded: Option<&'a PricePanel>,
    delay: u16,
}

/// An account's run: its record, and what each step was made of.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Actual {
    /// The record, in the same form as that of a simulation. Its spec is the one that was run; its universe may be longer: see `outside`.
    pub record: Record,
    /// The steps, as many as in the record.
    pub steps: Vec<ActualStep>,
    /// Assets that were held at some time and are not in the spec. They are in the record, with a strategic weight of 0.
    pub outside: Vec<AssetId>,
    /// How many movements lie after the last step and are in no figure.
    pub later: usize,
    /// The last day that the account tells anything of ([`Account::told_until`]). Steps after it take it that nothing happened since: end
    /// the spec before them.
    pub told_until: NaiveDate,
}

/// What a step was made of, in base currency.
///
/// ```text
/// profit = prices + fills + currency + income + interest − costs
/// return = profit / capital
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ActualStep {
    /// The day.
    pub date: NaiveDate,
    /// What the return is measured on: the value before, and flows since by the part of the time they were there.
    pub capital: f64,
    /// What prices and exchange rates did to what was held since the step before.
    pub prices: f64,
    /// What trades since then gained against the prices of this step; slippage that is told apart is in the costs.
    pub fills: f64,
    /// What exchange rates did to cash held since the step before.
    pub currency: f64,
    /// Dividends and the like, corporate actions, withheld tax and what of it was added back.
    pub income: f64,
    /// Interest on cash, received or paid.
    pub interest: f64,
    /// Commissions, charges and fees; slippage where a fill tells the price at its arrival; conversions under `fx`.
    pub costs: CostParts,
    /// What the owner put in and took out.
    pub flows: Flows,
    /// How many fills and conversions there were.
    pub trades: usize,
    /// What trades gained against the price of the step that they carry out: the timing, part of `fills` (and of `prices` and
    /// `currency`, where they were done after that step).
    pub timing: f64,
    /// Value at the step before, of what was held once late trades are counted as done at it.
    pub invested: f64,
    /// What exchange rates did to cash, in money, once late conversions are counted as done at the step before.
    pub planned_currency: f64,
    /// What the traded prices of `invested` rose more than the market's prices, in money: less than 0 where those are total returns.
    pub tracking: f64,
    /// Cash at the end, by currency.
    pub cash: BTreeMap<Currency, Decimal>,
    /// Units at the end, in the order of the record's universe.
    pub units: Vec<Decimal>,
}

impl ActualStep {
    /// What was earned, in base currency.
    #[must_use]
    pub fn profit(&self) -> f64 {
        self.prices + self.fills + self.currency + self.income + self.interest - self.costs.total()
    }
}

impl<'a> ActualRun<'a> {
    /// A run of `account` over the steps that `spec` has on `market`.
    ///
    /// The spec names the assets and the span; `rates` are those of the record.
    #[must_use]
    pub fn new(spec: &'a Spec, market: &'a Market, rates: &'a RateHistory, account: &'a Account) -> Self {
        Self { spec, market, rates, account, traded: None, delay: 10 }
    }

    /// The same run with prices at which units trade, for every asset that is held, on every day of the steps: where the levels of
    /// the market are total returns.
    #[must_use]
    pub fn with_traded_prices(self, prices: &'a PricePanel) -> Self {
        Self { traded: Some(prices), ..self }
    }

    /// The same run with another delay: a trade carries out the step before it when that is at most so many days ago (10 when nothing is
    /// said), and otherwise the next one, which it was ahead of [our reading].
    #[must_use]
    pub fn with_delay(self, days: u16) -> Self {
        Self { delay: days, ..self }
    }

    /// Runs.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::MissingPrice`] for an asset that is held at a step without a price, [`PortfolioError::Unknown`] for one that is
    /// in no panel; [`ActualError`] when something does not fit: named there. [`PortfolioError::Lost`] when nothing is left.
    pub fn run(&self) -> Result<Actual, PortfolioError> {
        let (spec, outside) = self.widened()?;
        let rows = Prepared::rows(&spec, self.market)?;
        let prepared = Prepared::new(&spec, self.market, rows, false)?;
        let opening = self.account.opening().date;
        if let Some(&step) = prepared.dates.first().filter(|step| opening > **step) {
            return Err(ActualError::OpeningLate { opening, step }.into());
        }
        let marks = Marks::new(&prepared, self.market, self.traded)?;
        let mut record = Record::new(self.spec, self.market, &prepared, self.rates).of_account();
        if let Some(traded) = self.traded {
            record.valued_by(traded, self.market, &prepared);
        }
        let mut state = State::open(&prepared, self.account)?;
        let mut steps = Vec::with_capacity(prepared.dates.len());
        let mut outcome = Outcome::default();
        let movements = self.account.movements();
        let mut done = 0;
        for (t, date) in prepared.dates.iter().enumerate() {
            let count = movements.get(done..).unwrap_or_default().partition_point(|m| m.date() <= *date);
            let since = movements.get(done..done + count).unwrap_or_default();
            done += count;
            let step = self.step(t, &prepared, &marks, since, &mut state, &mut record, &mut outcome)?;
            steps.push(step);
        }
        outcome.values = record.steps().map(|step| step.value_after).collect();
        outcome.returns = record.steps().map(|step| step.period_return()).collect();
        outcome.final_value = state.value;
        record.finish(outcome);
        let (later, told_until) = (movements.len() - done, self.account.told_until());
        Ok(Actual { record, steps, outside, later, told_until })
    }

    /// The spec with assets of weight 0 for what the account holds beside it.
    fn widened(&self) -> Result<(Spec, Vec<AssetId>), PortfolioError> {
        if !self.spec.holdings.vaults().is_empty() {
            return Err(ActualError::Vaults.into());
        }
        let mut holdings = self.spec.holdings.as_slice().to_vec();
        let mut outside = Vec::new();
        let opening = self.account.opening().positions.iter().flatten().map(|(asset, _)| asset);
        let moved = self.account.movements().iter().filter_map(Movement::asset);
        for asset in opening.chain(moved) {
            if !holdings.iter().any(|holding| holding.part.name() == asset) {
                holdings.push(Holding::asset(asset.clone(), 0.0));
                outside.push(asset.clone());
            }
        }
        // Lots are of the simulation; an account has what it has.
        let (holdings, operation) = (Holdings::new(holdings)?, Operation::Simulation);
        Ok((Spec { holdings, operation, ..self.spec.clone() }, outside))
    }

    #[expect(clippy::too_many_arguments, reason = "one call, and each is another thing")]
    fn step(
        &self,
        t: usize,
        prepared: &Prepared,
        marks: &Marks,
        movements: &[Movement],
        state: &mut State,
        record: &mut Record,
        outcome: &mut Outcome,
    ) -> Result<ActualStep, PortfolioError> {
        let date = prepared.dates[t];
        let before = Position { units: &state.units, cash: &state.cash };
        let opened = self.account.opening().date;
        let mut period = Period::new(t, prepared, marks, self.delay, before, opened);
        for movement in movements {
            period.take(movement)?;
        }
        let closed = period.close()?;
        // What is there before the first step, and comes until then, is what the run begins with.
        let value_before = if t == 0 { closed.opening + closed.first_flows } else { state.value };
        let capital = value_before + closed.weighted_flows;
        if !(capital > 0.0 && capital.is_finite()) {
            return Err(ActualError::Capital { date, capital }.into());
        }
        let value_after = closed.value;
        if !(value_after > 0.0 && value_after.is_finite()) {
            return Err(PortfolioError::Lost { value: value_after, date });
        }
        let flows = closed.step.flows;
        let after_costs = value_after - flows.deposited + flows.withdrawn;
        let step = ActualStep { capital, ..closed.step };

        let node = &prepared.tree.nodes[0];
        let mut strategic = vec![0.0; node.weights.len()];
        let here = |place| prepared.is_here(place, t);
        prepared.tree.weights_in(0, &node.weights, &here, &mut strategic);
        let trades = step.trades;
        let words = |what: &str| Reason::Other(format!("{trades} {what}").into());
        let decision = match trades {
            0 => Decision::Hold(Reason::Other("no fill".into())),
            1 => Decision::Rebalance(words("fill")),
            _ => Decision::Rebalance(words("fills")),
        };
        if t > 0 && closed.traded > 0.0 {
            outcome.rebalances += 1;
            outcome.turnover += closed.traded / value_after;
        }
        outcome.costs.add(&step.costs);
        record.step(Facts {
            value_before,
            capital,
            flows,
            value: after_costs + step.costs.total(),
            after_costs,
            value_after,
            cash: closed.cash,
            market_profit: step.prices + step.fills + step.currency + step.income,
            interest: step.interest,
            forwards: Settled::default(),
            decision: &decision,
            targets: &Targets::new(strategic.clone()),
            strategic: &strategic,
            zeroed: &[],
            vaults: &mut Vec::new(),
            losses: &mut Vec::new(),
            before: Some(&closed.before),
            after: &closed.after,
            outcomes: &[],
            costs: step.costs,
            quarter: None,
            pool: 0.0,
            opened: None,
            book: None,
        });
        state.value = value_after;
        state.units.clone_from(&step.units);
        state.cash.clone_from(&step.cash);
        Ok(step)
    }
}

/// What the account holds between two steps.
struct State {
    /// By place in the universe.
    units: Vec<Decimal>,
    cash: BTreeMap<Currency, Decimal>,
    value: f64,
}

impl State {
    fn open(prepared: &Prepared, account: &Account) -> Result<Self, PortfolioError> {
        let opening = account.opening();
        let units = |asset: &AssetId| opening.positions.as_ref().and_then(|held| held.get(asset)).copied();
        let units: Vec<Decimal> =
            prepared.universe.iter().map(|asset| units(asset).unwrap_or_default()).collect();
        if let Some(place) = units.iter().position(|units| units.to_double() < 0.0) {
            let (asset, date, units) = (prepared.universe[place].clone(), opening.date, units[place]);
            return Err(ActualError::Short { asset, date, units }.into());
        }
        Ok(Self { units, cash: opening.cash.clone().unwrap_or_default(), value: 0.0 })
    }
}
