use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

pub(super) const DAY_RULE: &str = "must be a day as yyyyMMdd or yyyy-MM-dd, with or without a time";

/// A day, and its time where one stands behind it.
pub(super) type Moment = (NaiveDate, Option<NaiveDateTime>);

/// `yyyyMMdd` or `yyyy-MM-dd`, then, after `;`, `,`, `T` or blanks, `HHmmss`, `HH:mm:ss` or `HH:mm`, then perhaps the name of
/// a time zone, which is not read: a statement's times are all of one zone.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let bytes = text.as_bytes();
    let (day, rest) = if bytes.get(4) == Some(&b'-') {
        (dashed(bytes.get(..10)?)?, bytes.get(10..)?)
    } else {
        (compact(bytes.get(..8)?)?, bytes.get(8..)?)
    };
    after(day, rest)
}

/// `dd-MMM-yyyy` with an English month, or `dd-MM-yyyy`, then perhaps a time; or what [`moment`] reads.
pub(super) fn european(text: &str) -> Option<Moment> {
    let Some(day) = digits(text.as_bytes(), 0, 2).filter(|_| text.as_bytes().get(2) == Some(&b'-')) else {
        return moment(text);
    };
    let bytes = text.as_bytes();
    let (month, at) = match digits(bytes, 3, 2) {
        Some(month) => (month, 5),
        None => (month(bytes.get(3..6)?)?, 6),
    };
    if bytes.get(at) != Some(&b'-') {
        return None;
    }
    let year = i32::try_from(digits(bytes, at + 1, 4)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, month, day)?;
    after(day, bytes.get(at + 5..)?)
}

/// A day with the time behind it: `None` when what stands there is no time.
fn after(day: NaiveDate, rest: &[u8]) -> Option<Moment> {
    if rest.is_empty() {
        return Some((day, None));
    }
    let separators = rest.iter().take_while(|byte| matches!(byte, b';' | b',' | b' ' | b'T')).count();
    if separators == 0 {
        return None;
    }
    let rest = rest.get(separators..)?;
    let number = |at| digits(rest, at, 2);
    let (seconds, length) = if rest.get(2) == Some(&b':') {
        match rest.get(5) {
            Some(b':') => (number(6)?, 8),
            _ => (0, 5),
        }
    } else {
        (number(4)?, 6)
    };
    let minutes = if rest.get(2) == Some(&b':') { number(3)? } else { number(2)? };
    let time = NaiveTime::from_hms_opt(number(0)?, minutes, seconds)?;
    let zone = rest.get(length..)?;
    let named =
        zone.first() == Some(&b' ') && zone.len() <= 6 && zone.iter().skip(1).all(u8::is_ascii_alphabetic);
    (zone.is_empty() || named).then(|| (day, Some(day.and_time(time))))
}

fn compact(bytes: &[u8]) -> Option<NaiveDate> {
    let year = i32::try_from(digits(bytes, 0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(bytes, 4, 2)?, digits(bytes, 6, 2)?)
}

fn dashed(bytes: &[u8]) -> Option<NaiveDate> {
    if bytes.get(7) != Some(&b'-') {
        return None;
    }
    let year = i32::try_from(digits(bytes, 0, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(bytes, 5, 2)?, digits(bytes, 8, 2)?)
}

fn month(name: &[u8]) -> Option<u32> {
    const NAMES: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let place = NAMES.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    u32::try_from(place + 1).ok()
}

fn digits(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    bytes
        .get(at..at + count)?
        .iter()
        .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::{european, moment};

    fn shown(found: Option<super::Moment>) -> String {
        found.map_or_else(
            || "-".to_owned(),
            |(day, time)| time.map_or_else(|| day.to_string(), |time| time.to_string()),
        )
    }

    #[test]
    fn days_and_times_in_their_forms() {
        for (text, read) in [
            ("20240229", "2024-02-29"),
            ("2024-02-29", "2024-02-29"),
            ("20240229;153000", "2024-02-29 15:30:00"),
            ("2024-02-29, 15:30:00", "2024-02-29 15:30:00"),
            ("2024-02-29T15:30:00", "2024-02-29 15:30:00"),
            ("20240229 15:30", "2024-02-29 15:30:00"),
            ("2024-02-29;15:30:01 EDT", "2024-02-29 15:30:01"),
            ("20230229", "-"),
            ("20240229;", "-"),
            ("20240229;250000", "-"),
            ("20240229153000", "-"),
            ("20240229;153000x", "-"),
            ("02/29/2024", "-"),
            ("2024-2-29", "-"),
            ("", "-"),
            ("２０２４0229", "-"),
        ] {
            assert_eq!(shown(moment(text)), read, "{text}");
        }
        for (text, read) in [
            ("02-Apr-2025", "2025-04-02"),
            ("09-apr-2025 19:47:57", "2025-04-09 19:47:57"),
            ("10-12-2020", "2020-12-10"),
            ("2020-12-10", "2020-12-10"),
            ("02-mrt-2025", "-"),
            ("02-Apr-25", "-"),
            ("31-Apr-2025", "-"),
        ] {
            assert_eq!(shown(european(text)), read, "{text}");
        }
    }
}
