//! The lots of a run, and the programme that realises their losses.

use allweather_core::AssetId;
use allweather_taxes::{
    BuyBack, CostBasis, LossDecision, LossLine, LossRealisation, LotMethod,
    paths::{Disallowed, Lots},
};
use chrono::NaiveDate;

use crate::{PortfolioError, trading::charges::Charges};

/// What of a holding is sold and bought of an asset at a step, values in base currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    /// Value before.
    pub(crate) held: f64,
    /// What the portfolio's own trade sells and buys.
    pub(crate) sold: f64,
    pub(crate) bought: f64,
}

/// Lots by asset, and what the programme does at the step.
///
/// Units are the book's own: what is held is worth the value of the holding, so a unit's price is one over the other.
#[derive(Debug)]
pub(crate) struct Losses {
    programme: LossRealisation,
    books: Vec<Lots>,
    /// What of each asset is to be sold for its loss, before the portfolio's own trade.
    closing: Vec<f64>,
    /// What is bought back of it: what the portfolio's own trade does not sell anyway.
    trips: Vec<f64>,
    decisions: Vec<Option<LossDecision>>,
    closes: bool,
    disallowed: Vec<Disallowed>,
}

/// A holding of which less than this part would remain is sold out: what remains is rounding.
const DUST: f64 = 1e-12;

impl Losses {
    pub(crate) fn new(programme: LossRealisation, assets: usize) -> Result<Self, PortfolioError> {
        let book = || Lots::new(programme.lots(), programme.window());
        Ok(Self {
            programme,
            books: (0..assets).map(|_| book()).collect::<Result<_, _>>()?,
            closing: vec![0.0; assets],
            trips: vec![0.0; assets],
            decisions: vec![None; assets],
            closes: false,
            disallowed: Vec::new(),
        })
    }

    /// A step begins: nothing is decided.
    pub(crate) fn forget(&mut self) {
        self.closing.fill(0.0);
        self.trips.fill(0.0);
        self.decisions.fill(None);
        self.closes = false;
    }

    /// Whether anything is to be sold for its loss.
    pub(crate) fn closes(&self) -> bool {
        self.closes
    }

    /// What is sold and bought back, by asset.
    pub(crate) fn trips(&self) -> &[f64] {
        &self.trips
    }

    /// Decides about every asset by what is held before the trade. `rates` are costs of one side over value.
    pub(crate) fn look(
        &mut self,
        date: NaiveDate,
        holdings: &[f64],
        rate: impl Fn(usize) -> f64,
    ) -> Result<(), PortfolioError> {
        self.closes = false;
        for (i, (&held, book)) in holdings.iter().zip(&self.books).enumerate() {
            let quantity = book.quantity();
            (self.closing[i], self.decisions[i]) = (0.0, None);
            if held <= 0.0 || quantity <= 0.0 {
                continue;
            }
            let review = self.programme.review_path(book, held / quantity, rate(i), date)?;
            self.decisions[i] = Some(review.decision);
            if review.decision == LossDecision::Realise {
                let whole = review.quantity >= quantity;
                self.closing[i] = if whole { held } else { held * (review.quantity / quantity) };
                self.closes = true;
            }
        }
        Ok(())
    }

    /// What is bought back when each asset goes from one value to another. What the trade sells anyway needs no buying back.
    pub(crate) fn buy_back(&mut self, holdings: &[f64], after: &[f64]) {
        let rows = self.closing.iter().zip(holdings).zip(after).zip(&mut self.trips);
        for (((closing, held), after), trip) in rows {
            *trip = (closing - (held - after).max(0.0)).max(0.0);
        }
    }

    /// What would be sold and bought back of one asset when the trade sells this much of it.
    pub(crate) fn trip_left(&self, asset: usize, sold: f64) -> f64 {
        (self.closing[asset] - sold.max(0.0)).max(0.0)
    }

    /// In lots, what is sold and bought back of it.
    pub(crate) fn set_trip(&mut self, asset: usize, value: f64) {
        self.trips[asset] = value;
    }

    /// Leaves alone what is not worth it any more once the trade has sold its part: its best losses may be gone. Whether any was
    /// left alone.
    pub(crate) fn leave_alone(
        &mut self,
        date: NaiveDate,
        holdings: &[f64],
        sold: impl Fn(usize) -> f64,
        rate: impl Fn(usize) -> f64,
    ) -> Result<bool, PortfolioError> {
        let mut any = false;
        for (i, &held) in holdings.iter().enumerate() {
            let (sold, trip) = (sold(i), self.trips[i]);
            if sold <= 0.0 || trip <= 0.0 {
                continue;
            }
            let mut book = self.books[i].clone();
            let unit = book.quantity() / held;
            let rate = rate(i);
            let charged = if self.programme.basis() == CostBasis::WithCosts { rate } else { 0.0 };
            self.disallowed.clear();
            if sold < held * (1.0 - DUST) {
                book.sell(date, sold * unit, sold, &mut self.disallowed)?;
            }
            let left = book.quantity().min(trip * unit);
            if left <= 0.0 {
                continue;
            }
            let loss = -book.sell(date, left, trip * (1.0 - charged), &mut self.disallowed)?;
            self.disallowed.clear();
            let decision = self.programme.worth(loss, 2.0 * rate * trip);
            if decision != LossDecision::Realise {
                (self.closing[i], self.trips[i], self.decisions[i]) = (0.0, 0.0, Some(decision));
                any = true;
            }
        }
        self.closes = self.closing.iter().any(|closing| *closing > 0.0);
        Ok(any)
    }

    /// Books what was sold and bought of one asset. Returns its line when there is something to tell.
    pub(crate) fn book(
        &mut self,
        date: NaiveDate,
        i: usize,
        asset: &AssetId,
        moved: Moved,
        charges: &Charges,
    ) -> Result<Option<LossLine>, PortfolioError> {
        let Self { programme, books, trips, decisions, disallowed, .. } = self;
        let (Moved { held, sold, bought }, trip, book) = (moved, trips[i], &mut books[i]);
        let quiet = decisions[i].is_none_or(|decision| decision == LossDecision::NoLoss);
        if quiet && sold <= 0.0 && bought <= 0.0 {
            return Ok(None);
        }
        let with_costs = programme.basis() == CostBasis::WithCosts;
        let (selling, buying) = (sold + trip, bought + trip);
        let charge = |value: f64| if with_costs { charges.leg(i, value) } else { 0.0 };
        let (sale_charge, purchase_charge) = (charge(selling), charge(buying));
        let quantity = book.quantity();
        let price = if quantity > 0.0 && held > 0.0 { held / quantity } else { 1.0 };
        let mut line = LossLine::new(date, asset.clone());
        line.decision = decisions[i];
        line.unrealised = held - book.cost();
        line.round_trip = trip;
        if trip > 0.0 {
            let more = |with: f64, without: f64| charges.leg(i, with) - charges.leg(i, without);
            line.cost = more(selling, sold) + more(buying, bought);
        }
        disallowed.clear();
        let averaged =
            programme.lots() == LotMethod::MovingAverage && programme.buy_back() == BuyBack::SameDay;
        if averaged && buying > 0.0 {
            book.buy(date, buying / price, buying + purchase_charge, disallowed)?;
        }
        if selling > 0.0 {
            let out = selling >= held * (1.0 - DUST);
            let kept = if averaged { buying / price } else { 0.0 };
            let all =
                if out { (book.quantity() - kept).max(0.0) } else { (selling / price).min(book.quantity()) };
            let proceeds = |value: f64| value - sale_charge * (value / selling);
            let first = if trip > 0.0 { all * (sold / selling) } else { all };
            if first > 0.0 {
                line.traded = book.sell(date, first, proceeds(sold), disallowed)?;
            }
            let rest = (all - first).min(book.quantity());
            if trip > 0.0 && rest > 0.0 {
                line.loss = -book.sell(date, rest, proceeds(trip), disallowed)?;
            }
        }
        if !averaged && buying > 0.0 {
            book.buy(date, buying / price, buying + purchase_charge, disallowed)?;
        }
        line.disallowed.extend_from_slice(disallowed);
        let silent = quiet && sold <= 0.0 && line.disallowed.is_empty();
        Ok((!silent).then_some(line))
    }
}
