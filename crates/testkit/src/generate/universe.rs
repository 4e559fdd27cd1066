use std::fmt;

use allweather_core::{AssetId, Currency};
use allweather_costs::TradedAsset;
use proptest::{collection::vec, option, prelude::*};

use crate::table::{Table, number};

/// An asset with its volatilities, fractions a year; `None` where there is no history yet.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotedAsset {
    /// Its name.
    pub id: AssetId,
    /// The currency it is quoted in.
    pub currency: Currency,
    /// Volatility now.
    pub volatility_now: Option<f64>,
    /// Volatility over the long run.
    pub volatility_long_run: Option<f64>,
}

/// The assets that a cost model is asked about, on one day. Shown with `{:?}` as a table.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Universe {
    /// The currency of the portfolio.
    pub base: Currency,
    /// The assets, at least one; an asset's place is its position here.
    pub assets: Vec<QuotedAsset>,
}

impl Universe {
    /// The names, in order.
    #[must_use]
    pub fn ids(&self) -> Vec<AssetId> {
        self.assets.iter().map(|asset| asset.id.clone()).collect()
    }

    /// The assets as a cost model is given them, in order.
    #[must_use = "iterators do nothing unless consumed"]
    pub fn traded(&self) -> impl DoubleEndedIterator<Item = TradedAsset<'_>> + Clone {
        self.assets.iter().enumerate().map(|(position, asset)| {
            let plain = TradedAsset::new(&asset.id, position, asset.currency, self.base);
            // A generated volatility is never refused; what a test put in by hand may be, and then there is none.
            plain.with_volatility(asset.volatility_now, asset.volatility_long_run).unwrap_or(plain)
        })
    }
}

impl fmt::Debug for Universe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.assets.iter().map(|asset| format!("{} {}", asset.id, asset.currency));
        let mut table = Table::new("asset", names.collect());
        let volatility = |of: fn(&QuotedAsset) -> Option<f64>| {
            self.assets.iter().map(|asset| of(asset).map_or("-".to_owned(), number)).collect()
        };
        table.column("volatility now".to_owned(), volatility(|asset| asset.volatility_now));
        table.column("long run".to_owned(), volatility(|asset| asset.volatility_long_run));
        write!(f, "portfolio in {}\n{table}", self.base)
    }
}

/// Universes of 1 to 5 assets named `a0`, `a1`, …, in yen, dollars and euros for a portfolio in yen, with volatilities from 0 to
/// 100 % a year, or without.
///
/// ```
/// use allweather_testkit::generate;
/// use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
/// let universe = generate::universe().new_tree(&mut TestRunner::deterministic())?.current();
/// assert_eq!(universe.ids()[0].as_str(), "a0");
/// # Ok::<(), proptest::test_runner::Reason>(())
/// ```
pub fn universe() -> BoxedStrategy<Universe> {
    let currency = prop_oneof![Just(Currency::JPY), Just(Currency::USD), Just(Currency::EUR)];
    // In whole per cent, so that a case reads well.
    let volatility = || option::weighted(0.8, (0..=100_u32).prop_map(|percent| f64::from(percent) / 100.0));
    vec((currency, volatility(), volatility()), 1..=5)
        .prop_map(|rows| {
            let asset = |(i, (currency, volatility_now, volatility_long_run))| {
                let id = format!("a{i}").parse().ok()?;
                Some(QuotedAsset { id, currency, volatility_now, volatility_long_run })
            };
            Universe { base: Currency::JPY, assets: rows.into_iter().enumerate().filter_map(asset).collect() }
        })
        .boxed()
}
