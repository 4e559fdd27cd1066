use std::{collections::BTreeMap, fmt::Display};

use allweather_core::{Number, Overflow};
use rust_decimal::Decimal;

use crate::RfrError;

/// One series from an old one and its successor on a new base: the old levels rebased, the new ones as they are.
///
/// ```text
/// s        = the first period that both series have
/// result_p = new_p                     where the new series has p
///          = old_p · new_s / old_s     elsewhere
/// ```
///
/// `P` is a period such as [`Month`](allweather_core::Month), [`Quarter`](allweather_core::Quarter) or
/// [`Year`](allweather_core::Year). The result has every period of either series. `[our reading]` Where they overlap by
/// more than one period, the ratio is taken at the first of them, where the series passes from the old levels to the
/// new ones, and the new level wins wherever both exist. Year-on-year changes within either series are kept: a base is a
/// unit, and the unit cancels.
///
/// # Errors
///
/// [`RfrError::NoOverlap`] when no period is common, [`RfrError::SpliceLevel`] when a level is not above 0,
/// [`RfrError::SpliceFit`] when a rebased level does not fit a decimal.
///
/// # Examples
///
/// ```
/// use std::collections::BTreeMap;
/// use allweather_core::Year;
/// use allweather_rfr::splice;
/// use rust_decimal::dec;
/// let year = Year::new;
/// let base_2015 = BTreeMap::from([(year(2018), dec!(50)), (year(2019), dec!(51))]);
/// let base_2020 = BTreeMap::from([(year(2019), dec!(102)), (year(2020), dec!(100))]);
/// let spliced = splice(&base_2015, &base_2020)?;
/// let levels: Vec<_> = spliced.into_values().collect();
/// assert_eq!(levels, [dec!(100), dec!(102), dec!(100)]);
/// # Ok::<(), allweather_rfr::RfrError>(())
/// ```
///
/// # Source
///
/// Published method, §1, names the indices; that their base changes, and this way over it, is `[our reading]`.
pub fn splice<P: Ord + Copy + Display>(
    old: &BTreeMap<P, Decimal>,
    new: &BTreeMap<P, Decimal>,
) -> Result<BTreeMap<P, Decimal>, RfrError> {
    if let Some((period, &level)) = old.iter().chain(new).find(|(_, level)| **level <= Decimal::ZERO) {
        return Err(RfrError::SpliceLevel { period: period.to_string(), level });
    }
    let mut overlap = old.iter().filter_map(|(period, old)| new.get(period).map(|new| (*old, *new)));
    let (old_at, new_at) = overlap.next().ok_or(RfrError::NoOverlap)?;
    let mut spliced = new.clone();
    for (&period, &level) in old {
        if new.contains_key(&period) {
            continue;
        }
        let rebased = rebased(level, old_at, new_at);
        spliced.insert(period, rebased.map_err(|_| RfrError::SpliceFit { period: period.to_string() })?);
    }
    Ok(spliced)
}

fn rebased(level: Decimal, old_at: Decimal, new_at: Decimal) -> Result<Decimal, Overflow> {
    // The product first: only the quotient rounds.
    let rebased = level.times(new_at)?.over(old_at)?;
    // A level that rounds to nothing is lost, and would divide by zero later.
    if rebased > Decimal::ZERO { Ok(rebased) } else { Err(Overflow) }
}
