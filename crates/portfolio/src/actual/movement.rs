use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Money, Number, Overflow};
use allweather_costs::fills::{CashMovement, Fill};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Something that happened in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Movement {
    /// An asset was bought or sold.
    #[non_exhaustive]
    Fill {
        /// The asset.
        asset: AssetId,
        /// What the broker says of it.
        fill: Box<Fill>,
    },
    /// One currency was bought with another.
    #[non_exhaustive]
    Conversion {
        /// The currency that was bought, or sold where the quantity is below 0.
        bought: Currency,
        /// What the broker says of it.
        fill: Box<Fill>,
    },
    /// Cash came in or went out other than by a trade.
    #[non_exhaustive]
    Cash {
        /// What the broker says of it.
        cash: Box<CashMovement>,
    },
    /// A corporate action: units that came or went, and cash with them, without a trade. It is no flow: what it brings is earned.
    #[non_exhaustive]
    Action {
        /// The day.
        date: NaiveDate,
        /// The asset.
        asset: AssetId,
        /// Units that came; below 0 went.
        units: Decimal,
        /// Cash that came.
        cash: Option<Money>,
    },
    /// Units that the owner brought in or took out: a flow, at the value of the step.
    #[non_exhaustive]
    Transfer {
        /// The day.
        date: NaiveDate,
        /// The asset.
        asset: AssetId,
        /// Units that came in; below 0 went out.
        units: Decimal,
    },
    /// Withheld tax that counts as earned: it adds to the return, and leaves with the tax. No cash moves.
    #[non_exhaustive]
    AddedBack {
        /// The day.
        date: NaiveDate,
        /// How much: below 0 where a tax was given back.
        amount: Money,
    },
}

impl Movement {
    /// A fill of an asset.
    #[must_use]
    pub fn fill(asset: AssetId, fill: Fill) -> Self {
        Self::Fill { asset, fill: Box::new(fill) }
    }

    /// A conversion of cash: the fill's quantity is of `bought`, its price in the other currency.
    #[must_use]
    pub fn conversion(bought: Currency, fill: Fill) -> Self {
        Self::Conversion { bought, fill: Box::new(fill) }
    }

    /// Cash that moved.
    #[must_use]
    pub fn cash(cash: CashMovement) -> Self {
        Self::Cash { cash: Box::new(cash) }
    }

    /// A corporate action that brought `units` (below 0: took them), and cash if any: a split of 2 for 1 brings as many units as are held.
    #[must_use]
    pub fn action(date: NaiveDate, asset: AssetId, units: Decimal, cash: Option<Money>) -> Self {
        Self::Action { date, asset, units, cash }
    }

    /// Units brought in by the owner, or below 0 taken out.
    #[must_use]
    pub fn transfer(date: NaiveDate, asset: AssetId, units: Decimal) -> Self {
        Self::Transfer { date, asset, units }
    }

    /// Withheld tax that counts as earned; below 0 where a tax was given back.
    #[must_use]
    pub fn added_back(date: NaiveDate, amount: Money) -> Self {
        Self::AddedBack { date, amount }
    }

    /// The day.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        match self {
            Self::Fill { fill, .. } | Self::Conversion { fill, .. } => fill.date,
            Self::Cash { cash } => cash.date,
            Self::Action { date, .. } | Self::Transfer { date, .. } | Self::AddedBack { date, .. } => *date,
        }
    }

    /// The broker's number of it, where there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Fill { fill, .. } | Self::Conversion { fill, .. } => Some(fill.id.as_str()),
            Self::Cash { cash } => cash.id.as_deref(),
            _ => None,
        }
        .filter(|id| !id.is_empty())
    }

    /// The asset it is about, if units moved.
    #[must_use]
    pub fn asset(&self) -> Option<&AssetId> {
        match self {
            Self::Fill { asset, .. } | Self::Action { asset, .. } | Self::Transfer { asset, .. } => {
                Some(asset)
            }
            _ => None,
        }
    }

    /// The fill, of an asset or a currency.
    pub(super) fn as_fill(&self) -> Option<&Fill> {
        match self {
            Self::Fill { fill, .. } | Self::Conversion { fill, .. } => Some(fill),
            _ => None,
        }
    }

    /// What it is, for messages.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Fill { asset, .. } => format!("a fill of {asset}"),
            Self::Conversion { bought, .. } => format!("a conversion of {bought}"),
            Self::Cash { cash } => format!("cash in {}", cash.amount.currency()),
            Self::Action { asset, .. } => format!("a corporate action of {asset}"),
            Self::Transfer { asset, .. } => format!("a transfer of {asset}"),
            Self::AddedBack { .. } => "tax added back".to_owned(),
        }
    }

    /// Units of its asset that came; 0 when none moved.
    pub(super) fn units(&self) -> Result<Decimal, Overflow> {
        match self {
            Self::Fill { fill, .. } => fill.units(),
            Self::Action { units, .. } | Self::Transfer { units, .. } => Ok(*units),
            _ => Ok(Decimal::ZERO),
        }
    }

    /// Books the cash that it moved.
    pub(super) fn book_cash(&self, cash: &mut BTreeMap<Currency, Decimal>) -> Result<(), Overflow> {
        self.each_cash(&mut |moved| {
            let held = cash.entry(moved.currency()).or_default();
            *held = held.plus(moved.amount())?;
            Ok(())
        })
    }

    /// Cash that it moved, amount by amount.
    pub(super) fn each_cash(
        &self,
        visit: &mut dyn FnMut(Money) -> Result<(), Overflow>,
    ) -> Result<(), Overflow> {
        match self {
            Self::Fill { fill, .. } | Self::Conversion { fill, .. } => {
                if let Self::Conversion { bought, .. } = self {
                    visit(Money::new(fill.units()?, *bought))?;
                }
                visit(fill.proceeds()?)?;
                fill.accrued.map_or(Ok(()), &mut *visit)?;
                visit(out_of(fill.commission)?)?;
                fill.charges.iter().try_for_each(|charged| visit(out_of(charged.amount)?))
            }
            Self::Cash { cash } => visit(cash.amount),
            Self::Action { cash: Some(cash), .. } => visit(*cash),
            Self::Action { .. } | Self::Transfer { .. } | Self::AddedBack { .. } => Ok(()),
        }
    }
}

fn out_of(cost: Money) -> Result<Money, Overflow> {
    Ok(Money::new(Decimal::ZERO.minus(cost.amount())?, cost.currency()))
}
