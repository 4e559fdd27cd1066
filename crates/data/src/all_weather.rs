use allweather_portfolio::Spec;

use crate::DataError;

/// The default spec, made for the embedded data: a fixed long-only mix, fully hedged with an overlay, published expenses.
///
/// Its choices, each of which a spec of your own may change:
///
/// - weights are round numbers chosen beforehand, not optimised: 18 % equity, 31 % US and 41 % Japanese government bonds, 10 %
///   gold;
/// - the three assets that begin late (`jgb_20y` in 1986-12, `dev_exus_equity` and `jp_equity` in 1990-06) are left out until
///   then;
/// - years with fewer than five indicators take the second highest of those there are, three at least (1980 and 2024 have
///   four, 2025 has three);
/// - rebalanced exactly at the end of every quarter, together with the withdrawal;
/// - commission for assets in dollars is the cap of the fixed plan for US stocks and funds, 1 % of the value; for gold the
///   highest tier of spot gold. For assets in yen no fee was found: 0.1 % is an assumption, and so is every base slippage.
///
/// ```
/// let spec = allweather_data::all_weather()?;
/// assert_eq!(spec.holdings.as_slice().len(), 10);
/// # Ok::<(), allweather_data::DataError>(())
/// ```
///
/// # Errors
///
/// None in a released crate: the text is compiled in, and the tests read it.
pub fn all_weather() -> Result<Spec, DataError> {
    Ok(Spec::from_json(include_str!("../data/all_weather.json"))?)
}
