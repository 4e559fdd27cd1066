use rust_decimal::Decimal;

/// How a format writes its numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Notation {
    /// What stands where there is no figure.
    pub(super) missing: &'static [&'static str],
    pub(super) style: Style,
    /// In words.
    pub(super) rule: &'static str,
}

/// What may stand in a number beside digits, minus sign and decimal point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Plain,
    /// Commas between thousands, `1,234.5`.
    Thousands,
    /// An exponent, `5E-07`.
    Exponent,
}

impl Notation {
    /// The number, `None` when there is no figure; the rule when the text is neither.
    pub(super) fn read(self, text: &str) -> Result<Option<Decimal>, &'static str> {
        if let Some(number) = plain(text) {
            return Ok(Some(number));
        }
        // Empty on its own: comparing nothing with nothing took most of the time of a file of the BIS.
        let absent = if text.is_empty() {
            self.missing.iter().any(|m| m.is_empty())
        } else {
            self.missing.contains(&text)
        };
        if absent {
            return Ok(None);
        }
        let number = match self.style {
            Style::Plain => None,
            Style::Thousands => grouped(text),
            Style::Exponent => scientific(text),
        };
        number.map(Some).ok_or(self.rule)
    }
}

/// Digits with at most one decimal point between them and a minus sign before, all of them kept.
pub(super) fn plain(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    if digits.len() > 18 {
        return Decimal::from_str_exact(text).ok();
    }
    // The short way: a curve of fifty years has 200 000 numbers.
    let mantissa = digits.bytes().filter(|b| *b != b'.').fold(0_i64, |sum, b| sum * 10 + i64::from(b - b'0'));
    let scale = if digits.len() == whole.len() { 0 } else { fraction.len() };
    let signed = if digits.len() == text.len() { mantissa } else { -mantissa };
    Decimal::try_new(signed, u32::try_from(scale).ok()?).ok()
}

/// A number of exactly so many digits.
pub(super) fn digits(text: &str, count: usize) -> Option<u32> {
    let exact = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if exact { text.parse().ok() } else { None }
}

/// `5E-07`: the BIS writes small index levels so.
fn scientific(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let (mantissa, exponent) = (plain(mantissa)?, exponent.parse::<i8>().ok()?);
    let scale = i32::try_from(mantissa.scale()).ok()? - i32::from(exponent);
    let factor = 10_i128.checked_pow(scale.min(0).unsigned_abs())?;
    let digits = mantissa.mantissa().checked_mul(factor)?;
    Decimal::try_from_i128_with_scale(digits, scale.max(0).unsigned_abs()).ok()
}

/// `1,234.5`.
fn grouped(text: &str) -> Option<Decimal> {
    let (whole, fraction) =
        text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.strip_prefix('-').unwrap_or(whole).split(',');
    let first = groups.next()?;
    if !(1..=3).contains(&first.len())
        || groups.any(|group| group.len() != 3)
        || fraction.is_some_and(|f| f.contains(','))
    {
        return None;
    }
    plain(&text.replace(',', ""))
}

/// The unit of an index, `2020=100`, where a publisher's text for a unit states one: `2020年=100`, `Index, 2010 = 100`.
pub(super) fn base(text: &str) -> Option<String> {
    let text = text.replace('＝', "=").replace('１', "1").replace('０', "0");
    let (before, after) = text.split_once('=')?;
    let level = after.trim_start().strip_prefix("100")?;
    // Of calendar years only: 年度, the fiscal year, is another base.
    let before = before.trim_end().trim_end_matches(['年', '暦', '平', '均']).trim_end();
    let at = before.char_indices().rev().take(4).last()?.0;
    let (start, year) = before.split_at(at);
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '.');
    let alone = !digit(start.chars().next_back()) && !digit(level.chars().next());
    (alone && year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{year}=100"))
}
