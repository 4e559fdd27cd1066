//! The plain text form.

use allweather_market::Vintages;
use proptest::prelude::*;

use super::{
    all,
    offices::{kinds, releases},
    release,
};

const TEXT: &str = "\
allweather vintages, form 1
vintage,s,2024-02-20,stated,,2023-11,2024-01,office
2023-11,99
2023-12,99.5
2024-01,100
vintage,s,2024-03-20,stated,2020=100,2023-11,2024-02,\"office, \"\"new\"\"\"
2023-12,
2024-01,100.5
2024-02,101
end,9
";

fn read(text: &str) -> Result<Vintages, String> {
    Vintages::from_text("s.vintages", text).map_err(|e| e.to_string())
}

#[test]
fn the_form_is_this() {
    let vintages = all([
        release("2024-03-20", "office, \"new\"", "2020=100", "2023-11 99.0, 2024-01 100.5, 2024-02 101"),
        release("2024-02-20", "office", "", "2023-11 99, 2023-12 99.5, 2024-01 100"),
    ]);
    assert_eq!(vintages.to_text(), TEXT);
    assert_eq!(read(TEXT), Ok(vintages));
    assert_eq!(read(&TEXT.replace('\n', "\r\n")), read(TEXT), "as some systems end their lines");
    assert_eq!(Vintages::new().to_text(), "allweather vintages, form 1\nend,1\n");
    assert_eq!(read("allweather vintages, form 1\nend,1\n"), Ok(Vintages::new()));
    for source in ["\"", "\"x\" y", "x \"y\"", ",", "x, y", "'", "#", "end,1"] {
        let vintages = all([release("2024-02-20", source, source, "2024-01 100")]);
        assert_eq!(read(&vintages.to_text()), Ok(vintages), "{source}");
    }
    // A number in another spelling is the same number.
    assert_eq!(read(&TEXT.replace(",100.5\n", ",+0100.500\n")), read(TEXT));
}

#[test]
fn a_text_that_was_cut_off_anywhere_is_refused() {
    for end in 0..TEXT.len() {
        assert!(read(&TEXT[..end]).is_err(), "{end}");
    }
    let cut = "s.vintages, line 9: the text is cut off, expected a whole line that begins with end";
    assert_eq!(read(TEXT.strip_suffix("end,9\n").unwrap()).unwrap_err(), cut);
    let cut = "s.vintages, line 10: the text is cut off, expected a whole line that begins with end";
    assert_eq!(read(TEXT.trim_end()).unwrap_err(), cut);
}

#[test]
fn what_is_refused_is_told_with_file_and_line() {
    let refused = |old: &str, new: &str, message: &str| {
        assert!(TEXT.contains(old), "{old}");
        assert_eq!(read(&TEXT.replacen(old, new, 1)).unwrap_err(), format!("s.vintages, line {message}"));
    };
    let title = "expected allweather vintages, form 1";
    assert_eq!(read("").unwrap_err(), format!("s.vintages, line 1: \"\", {title}"));
    refused("form 1", "form 2", &format!("1: \"allweather vintages, form 2\", {title}"));
    refused("2023-12,99.5\n", "", "9, field end: \"9\" is not the number of lines above it");
    refused("2024-01,100\n", "\n2024-01,100\n", "5: \"\", expected fields separated by commas");
    refused("2023-12,99.5\n", "2023-12\n", "4: \"2023-12\", expected fields separated by commas");
    refused("end,9\n", "end\n", "10: \"end\", expected fields separated by commas");
    refused("end,9\n", "end,09\n", "10, field end: \"09\" is not the number of lines above it");
    refused("end,9\n", "end,9\n\n", "11: a line after the end, expected nothing");
    refused("end,9\n", "end,9\n2024-02,1\n", "11: a line after the end, expected nothing");
    let eight = "expected 8: vintage, series, day, dating, unit, first, last, source";
    refused(",office\n", "\n", &format!("2: 7 fields, {eight}"));
    refused("\"office, \"\"new\"\"\"", "office, \"new\"", &format!("6: 9 fields, {eight}"));
    refused(",s,", ",S,", "2, field series: \"S\" is not the name of a series");
    refused("2024-02-20", "2024-2-20", "2, field day: \"2024-2-20\" is not a day such as 2024-12-30");
    refused("2024-02-20", "2024-02", "2, field day: \"2024-02\" is not a day such as 2024-12-30");
    refused("stated", "Stated", "2, field dating: \"Stated\" is not stated or assumed");
    refused(
        "2023-11,2024-01",
        "x,2024-01",
        "2, field first: \"x\" is not a period such as 2024-12 or 2024Q4",
    );
    refused("2023-11,2024-01", "2023-11,", "2, field last: \"\" is not a period such as 2024-12 or 2024Q4");
    let last = "is not a period of the same kind, not before the first";
    refused("2023-11,2024-01", "2023-11,2023-10", &format!("2, field last: \"2023-10\" {last}"));
    refused("2023-11,2024-01", "2023-11,2024Q1", &format!("2, field last: \"2024Q1\" {last}"));
}

#[test]
fn values_are_refused_with_their_line() {
    let refused = |old: &str, new: &str, message: &str| {
        assert_eq!(read(&TEXT.replacen(old, new, 1)).unwrap_err(), format!("s.vintages, line {message}"));
    };
    refused(
        "2024-01,100\n",
        "2024-1,100\n",
        "5, field period: \"2024-1\" is not a period such as 2024-12 or 2024Q4",
    );
    refused(
        "2024-01,100\n",
        "2024-02,100\n",
        "5, field period: \"2024-02\" is not between the first and the last of its release",
    );
    refused(
        "2024-01,100\n",
        "2024Q1,100\n",
        "5, field period: \"2024Q1\" is not between the first and the last of its release",
    );
    refused(
        "2024-01,100\n",
        "2023-12,100\n",
        "5, field period: \"2023-12\" is not after the period of the line before",
    );
    for value in ["1_0", "1e2", "1,0", "x", " 1", "1\t", "NaN", "0.12345678901234567890123456789"] {
        refused(
            "2024-01,100\n",
            &format!("2024-01,{value}\n"),
            &format!("5, field value: {value:?} is not a decimal number or an empty field"),
        );
    }
    refused(
        "vintage,s,2024-02-20,stated,,2023-11,2024-01,office\n",
        "",
        "2: a value, expected a line that begins with vintage first",
    );
    let both = "a release without a value of its first or last period, expected both";
    refused("2023-11,99\n", "", &format!("2: {both}"));
    refused("2024-01,100\n", "2024-01,\n", &format!("2: {both}"));
    refused("2024-02,101\n", "", &format!("6: {both}"));
    let order = "a release, expected the releases by series, day and source, none twice";
    refused("2024-03-20", "2024-02-19", &format!("6: {order}"));
    refused(",s,2024-03-20", ",r,2024-03-20", &format!("6: {order}"));
    refused(
        "2024-03-20,stated,2020=100,2023-11,2024-02,\"office, \"\"new\"\"\"",
        "2024-02-20,stated,,2023-11,2024-02,office",
        &format!("6: {order}"),
    );
    refused("2024-03-20", "2024-01-20", &format!("6: {order}"));
    refused(",office\n", ", \n", "2: the source \"\" is not one line of text, expected a possible release");
    refused("2020=100", " ", "6: the unit \"\" is not one line of text, expected a possible release");
    let begun =
        "s released on 2023-12-20 has a figure for 2024-01, which had not begun, expected a possible release";
    refused("2024-02-20", "2023-12-20", &format!("2: {begun}"));
    let quarter = "vintage,s,2024-05-20,stated,,2024Q1,2024Q1,x\n2024Q1,1\nend,11\n";
    let kinds = "s has 2024Q1 and 2023-11: a series has days, months, quarters or years, not a mixture, expected a possible release";
    refused("end,9\n", quarter, &format!("10: {kinds}"));
}

/// A series of its own begins with nothing before it.
#[test]
fn values_are_carried_on_within_a_series_only() {
    let text = "allweather vintages, form 1\nvintage,a,2024-02-20,stated,,2024-01,2024-01,x\n2024-01,1\n\
                vintage,b,2024-02-20,stated,,2024-01,2024-01,x\nend,4\n";
    assert!(read(text).unwrap_err().starts_with("s.vintages, line 4: a release without a value"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn what_was_written_is_read_back(releases in kinds().prop_flat_map(|kind| releases(kind, -2..3))) {
        let vintages = all(releases);
        let text = vintages.to_text();
        let read = read(&text).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&read, &vintages);
        prop_assert_eq!(read.to_text(), text);
    }

    /// A damaged text is refused, or it is another set of releases; nothing panics.
    #[test]
    fn a_damaged_text_never_panics(
        releases in kinds().prop_flat_map(|kind| releases(kind, 1..50)),
        damage in prop::collection::vec((any::<prop::sample::Index>(), "[0-9,.\"\n\r\u{e9}Qa-]{0,3}", 0..4_usize), 1..4),
    ) {
        let mut text: Vec<char> = all(releases).to_text().chars().collect();
        for (place, new, gone) in damage {
            let from = place.index(text.len() + 1);
            let to = (from + gone).min(text.len());
            text.splice(from..to, new.chars());
        }
        let text: String = text.into_iter().collect();
        match read(&text) {
            Ok(vintages) => prop_assert_eq!(read(&vintages.to_text()), Ok(vintages)),
            Err(message) => prop_assert!(message.starts_with("s.vintages, line "), "{}", message),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,80}", lines in prop::collection::vec("(vintage,s,2024-0[1-3]-01,stated,,)?[0-9Q,-]{0,20}", 0..6)) {
        prop_assert!(read(&text).is_err());
        let _ = read(&format!("allweather vintages, form 1\n{}\nend,{}\n", lines.join("\n"), lines.len() + 1));
    }
}
