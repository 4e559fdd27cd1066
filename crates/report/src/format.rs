//! How figures are written, everywhere alike.

use allweather_core::Rate;
use rust_decimal::Decimal;

use crate::Scale;

/// A fraction as a percentage with two decimals: `4.54 %`.
#[must_use]
pub fn percent(fraction: f64) -> String {
    format!("{} %", decimals(fraction * 100.0, 2))
}

/// An amount in a scale, with two decimals: `228.20`.
#[must_use]
pub fn money(amount: f64, scale: Scale) -> String {
    decimals(amount / scale.divisor(), 2)
}

/// A number with so many decimals, thousands apart, and no sign before a nought: `12 345.60`, `0.00`.
#[must_use]
pub fn decimals(value: f64, places: usize) -> String {
    grouped(&format!("{value:.places$}"))
}

/// A number with all its decimals and no more, thousands apart: `12 345.6789`.
#[must_use]
pub fn exact(number: Decimal) -> String {
    grouped(&number.normalize().to_string())
}

/// A rate as it was set, with all its decimals: `20.315 %`. A measured one is a [`percent`].
#[must_use]
pub fn rate(rate: Rate) -> String {
    let set = rate.fraction().checked_mul(Decimal::ONE_HUNDRED);
    set.map_or_else(|| percent(rate.to_f64()), |set| format!("{} %", exact(set)))
}

fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, rest) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    let sign = if digits.bytes().any(|b| b.is_ascii_digit() && b != b'0') { sign } else { "" };
    let mut out = String::with_capacity(text.len() + whole.len() / 3);
    out.push_str(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out + rest
}
