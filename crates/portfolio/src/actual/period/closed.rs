//! A period at its end: everything that was taken, at the prices of the step.

use allweather_core::{Money, Number};
use allweather_costs::fills::Fill;
use rust_decimal::Decimal;

use super::Period;
use crate::{
    PortfolioError,
    actual::{ActualError, ActualStep},
};

/// A fill further than this from the panel's level, as a ratio, is not of the panel's unit.
const SCALE: f64 = 3.0;

/// A step with everything since the one before it taken.
pub(in crate::actual) struct Closed {
    pub(in crate::actual) step: ActualStep,
    /// Value of what was held before, at this step's prices; only at the first step.
    pub(in crate::actual) opening: f64,
    /// Flows up to the first step, and what else came until then and is no return.
    pub(in crate::actual) first_flows: f64,
    /// Flows by the part of the time that they were there.
    pub(in crate::actual) weighted_flows: f64,
    pub(in crate::actual) value: f64,
    pub(in crate::actual) cash: f64,
    /// Traded value, both sides.
    pub(in crate::actual) traded: f64,
    /// Holdings of before and after at this step's prices, in universe order.
    pub(in crate::actual) before: Vec<f64>,
    pub(in crate::actual) after: Vec<f64>,
}

impl Period<'_> {
    /// The price of a unit at this step. What is gone by then and has none any more had its last fill's.
    fn price(&self, place: usize) -> Result<f64, PortfolioError> {
        let gone = self.units[place].is_zero();
        let price = self.marks.price(self.t, place).or(self.last_fill[place].filter(|_| gone));
        price.ok_or_else(|| PortfolioError::MissingPrice {
            asset: self.prepared.universe[place].clone(),
            date: self.date,
        })
    }

    /// A fill against the price of this step, and against that of the step it carries out.
    fn settle(&mut self, place: usize, fill: &Fill) -> Result<(), PortfolioError> {
        let (level, price) = (self.price(place)?, fill.price.amount().to_double());
        let earlier = self.t.checked_sub(1).and_then(|before| self.marks.price(before, place));
        let far = |level: f64| price > level * SCALE || price * SCALE < level;
        if !self.acted[place] && far(level) && earlier.is_none_or(far) {
            let (asset, date) = (self.prepared.universe[place].clone(), fill.date);
            return Err(ActualError::Scale { asset, date, price, level }.into());
        }
        let spot = self.marks.spot(fill.currency(), self.date)?;
        let units = fill.units().map_err(ActualError::from)?.to_double();
        let arrival = fill.arrival.filter(|arrival| arrival.currency() == fill.currency());
        let reference = arrival.map_or(price, |arrival| arrival.amount().to_double());
        self.step.costs.slippage += units * (price - reference) * spot;
        self.step.fills += units * (level - reference) * spot;
        self.traded += (units * price * spot).abs();
        match earlier.filter(|_| self.is_late(fill.date) && !self.acted[place]) {
            Some(earlier) => {
                self.step.timing += units * (earlier - reference) * spot;
                self.late_units[place] += units;
                *self.late_cash.entry(fill.currency()).or_default() -= units * earlier;
            }
            None => self.step.timing += units * (level - reference) * spot,
        }
        Ok(())
    }

    pub(in crate::actual) fn close(mut self) -> Result<Closed, PortfolioError> {
        for (place, fill) in std::mem::take(&mut self.fills) {
            self.settle(place, &fill)?;
        }
        let assets = self.units.len();
        let (mut before, mut after) = (vec![0.0; assets], vec![0.0; assets]);
        let (mut opening, mut held) = (0.0, 0.0);
        for place in 0..assets {
            if self.units[place] < Decimal::ZERO {
                let (asset, units) = (self.prepared.universe[place].clone(), self.units[place]);
                return Err(ActualError::Short { asset, date: self.date, units }.into());
            }
            let [was, is, acted, brought, transferred] = [
                self.before.units[place],
                self.units[place],
                self.actions[place],
                self.brought[place],
                self.transferred[place],
            ]
            .map(Number::to_double);
            let late = self.late_units[place];
            if [was, is, acted, brought, transferred, late].iter().all(|units| *units == 0.0) {
                continue;
            }
            let value =
                self.price(place)? * self.marks.spot(self.prepared.instruments[place].currency, self.date)?;
            (before[place], after[place]) = (was * value, is * value);
            held += is * value;
            self.step.income += acted * value;
            self.first_flows += brought * value;
            self.step.flows.deposited += (transferred * value).max(0.0);
            self.step.flows.withdrawn -= (transferred * value).min(0.0);
            if self.t == 0 {
                opening += was * value;
            } else {
                self.step.prices += self.since_then(place, was, late, value)?;
            }
        }
        let mut cash = 0.0;
        for (currency, amount) in &self.cash {
            let money = Money::new(*amount, *currency);
            cash += self.in_base(money)?;
        }
        for (currency, amount) in self.before.cash {
            let amount = amount.to_double();
            if amount == 0.0 {
                continue;
            }
            let spot = self.marks.spot(*currency, self.date)?;
            if self.t == 0 {
                opening += amount * spot;
            } else {
                self.step.currency += amount * (spot - self.marks.spot(*currency, self.since)?);
            }
        }
        self.step.planned_currency = self.step.currency;
        for (currency, amount) in &self.late_cash {
            let moved = self.marks.spot(*currency, self.date)? - self.marks.spot(*currency, self.since)?;
            self.step.planned_currency += amount * moved;
        }
        self.step.cash = self.cash.into_iter().filter(|(_, amount)| !amount.is_zero()).collect();
        self.step.units = self.units;
        Ok(Closed {
            opening,
            first_flows: self.first_flows,
            weighted_flows: self.weighted_flows,
            value: held + cash,
            cash,
            traded: self.traded,
            before,
            after,
            step: self.step,
        })
    }

    /// What prices did to the units that were held at the step before.
    fn since_then(&mut self, place: usize, was: f64, late: f64, value: f64) -> Result<f64, PortfolioError> {
        if was == 0.0 && late == 0.0 {
            return Ok(0.0);
        }
        let missing = || PortfolioError::MissingPrice {
            asset: self.prepared.universe[place].clone(),
            date: self.since,
        };
        let price = self.marks.price(self.t - 1, place).ok_or_else(missing)?;
        let earlier = price * self.marks.spot(self.prepared.instruments[place].currency, self.since)?;
        let planned = (was + late) * earlier;
        self.step.invested += planned;
        // The market's own growth is 0 where it is not known.
        let growth = self.prepared.growth[[self.t, place]];
        if growth > 0.0 {
            self.step.tracking += planned * (value / earlier - growth);
        }
        Ok(was * (value - earlier))
    }
}
