use crate::{Missing, Pair, Signal};

/// The interest differential: what holding the currency forward earns if the spot stays where it is.
///
/// ```text
/// carry = i_foreign − i_base          fractions a year, short rates of the last month that is over
/// ```
///
/// # Source
///
/// Lustig, Roussanov and Verdelhan (2011), *Common Risk Factors in Currency Markets*. Published method, §6, names the property
/// and leaves the formula open \[our reading\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carry;

impl Signal for Carry {
    fn value(&self, pair: &Pair<'_>) -> Result<f64, Missing> {
        Ok(pair.short_rate(pair.currency, 0)? - pair.short_rate(pair.base, 0)?)
    }

    fn name(&self) -> &'static str {
        "carry"
    }
}
