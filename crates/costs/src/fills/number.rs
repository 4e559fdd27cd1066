use rust_decimal::Decimal;

/// Which sign stands before the fraction; the other one, if any, groups digits by three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Point,
    Comma,
}

pub(super) const NUMBER_RULE: &str = "must be a number that a decimal can hold";

/// The number, all of it: nothing is rounded, and digits are grouped by three or not at all.
pub(super) fn number(text: &str, mark: Mark) -> Option<Decimal> {
    let (fraction, group) = match mark {
        Mark::Point => (b'.', b','),
        Mark::Comma => (b',', b'.'),
    };
    // 28 digits, their groups, a sign, a point and an exponent have room.
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > 64 {
        return None;
    }
    let mut plain = [0_u8; 64];
    let mut length = 0;
    // Digits since the last group sign, and whether there was one.
    let (mut run, mut grouped) = (0_usize, false);
    let mut in_fraction = false;
    let mut exponent = None;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => run += 1,
            b'-' | b'+' if at == 0 => {}
            b'e' | b'E' if at > 0 => {
                exponent = Some(at);
                break;
            }
            byte if byte == group && !in_fraction => {
                if run == 0 || run > 3 || (grouped && run != 3) {
                    return None;
                }
                (run, grouped) = (0, true);
                continue;
            }
            byte if byte == fraction && !in_fraction => {
                if run == 0 || (grouped && run != 3) {
                    return None;
                }
                (in_fraction, run) = (true, 0);
            }
            _ => return None,
        }
        *plain.get_mut(length)? = if byte == fraction { b'.' } else { byte };
        length += 1;
    }
    if run == 0 || (grouped && !in_fraction && run != 3) {
        return None;
    }
    let digits = Decimal::from_str_exact(std::str::from_utf8(plain.get(..length)?).ok()?).ok()?;
    let Some(at) = exponent else { return Some(digits) };
    power_of_ten(digits, text.get(at + 1..)?.parse().ok()?)
}

fn power_of_ten(mut digits: Decimal, exponent: i32) -> Option<Decimal> {
    if digits.is_zero() {
        return Some(Decimal::ZERO);
    }
    let scale = i64::from(digits.scale()) - i64::from(exponent);
    if let Ok(scale) = u32::try_from(scale) {
        return digits.set_scale(scale).ok().map(|()| digits);
    }
    digits.set_scale(0).ok()?;
    (0..-scale).take(30).try_fold(digits, |product, _| product.checked_mul(Decimal::TEN))
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::{Mark, number};

    #[test]
    fn digits_are_grouped_by_three_or_not_at_all() {
        for (text, value) in [
            ("1234.5", Some(dec!(1234.5))),
            ("-1,234,567.89", Some(dec!(-1234567.89))),
            ("1,234", Some(dec!(1234))),
            ("0.000000063", Some(dec!(0.000000063))),
            ("6.3E-8", Some(dec!(0.000000063))),
            ("1.5e3", Some(dec!(1500))),
            ("+7", Some(dec!(7))),
            ("12,34", None),
            ("1234,567", None),
            (",123", None),
            ("1,234,", None),
            ("1.", None),
            (".5", None),
            ("1_000", None),
            ("--1", None),
            ("1-", None),
            ("e5", None),
            ("1e", None),
            ("1e99", None),
            ("79228162514264337593543950336", None),
            ("0.00000000000000000000000000001", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(number(text, Mark::Point), value, "{text}");
        }
        assert_eq!(number("-1.234,5", Mark::Comma), Some(dec!(-1234.5)));
        assert_eq!(number("11,09", Mark::Comma), Some(dec!(11.09)));
        assert_eq!(number("11.09", Mark::Comma), None);
        assert_eq!(number(&"1".repeat(65), Mark::Point), None);
    }
}
