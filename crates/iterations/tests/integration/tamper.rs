//! A past that was changed is detected, and where it was.

use allweather_iterations::{ContentHash, IterationsError, Ledger};
use proptest::{prelude::*, sample::Index};

use crate::{NAME, ledgers, three};

fn refusal(text: &str) -> IterationsError {
    Ledger::from_text(NAME, text).unwrap_err()
}

/// The line, from 1, that an error names.
fn line_of(error: &IterationsError) -> Option<usize> {
    match error {
        IterationsError::Title { .. } => Some(1),
        IterationsError::Unreadable { line, .. }
        | IterationsError::Changed { line, .. }
        | IterationsError::Chain { line, .. }
        | IterationsError::Record { line, .. }
        | IterationsError::Torn { line, .. } => Some(*line),
        _ => None,
    }
}

/// The text with another value in one line, and that line's hash computed anew.
fn rehashed(text: &str, line: usize, from: &str, to: &str) -> String {
    let lines = text.lines().enumerate().map(|(at, old)| {
        if at + 1 != line {
            return format!("{old}\n");
        }
        assert!(old.contains(from), "{old}");
        let body = old.split(r#","hash":""#).next().unwrap().replace(from, to) + "}";
        let hash = ContentHash::of(body.as_bytes());
        format!("{},\"hash\":\"{hash}\"}}\n", body.strip_suffix('}').unwrap())
    });
    lines.collect()
}

#[test]
fn a_changed_record_is_named() {
    let text = three().to_text();
    let hashes: Vec<_> = three().entries().iter().map(|entry| entry.hash().to_string()).collect();
    let earlier = text.replace(r#""adopted_from":"2023-01-01""#, r#""adopted_from":"2022-12-11""#);
    let message = refusal(&earlier).to_string();
    let begins =
        "l, line 4: the adoption of ITRL 2 was changed after it was written: it says that it hashes to ";
    assert!(message.starts_with(&format!("{begins}{}, and it hashes to ", hashes[2])), "{message}");
    for (from, to) in
        [("0.6,0.4", "0.7,0.3"), ("first", "First"), ("of 2 assets", "of 9 assets"), ("asset 1", "asset 0")]
    {
        let message = refusal(&text.replacen(from, to, 1)).to_string();
        assert!(message.starts_with("l, line 2: the adoption of ITRL 1 was changed after"), "{message}");
    }
    let review = refusal(&text.replace("kept, ", "Kept, ")).to_string();
    assert!(review.contains("line 3: the review of ITRL 1 on 2021-12-20 was changed"), "{review}");
}

#[test]
fn a_record_that_was_replaced_with_its_hash_does_not_bear_the_next() {
    let text = three().to_text();
    let message = refusal(&rehashed(&text, 2, "first", "better")).to_string();
    let begins = "l, line 3: the review of ITRL 1 on 2021-12-20 was written after a record that hashes to ";
    assert!(message.starts_with(begins), "{message}");
    assert!(
        message.contains("the adoption of ITRL 1, in the line before it, hashes to another value"),
        "{message}"
    );
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    for orders in [[0, 1, 3, 3], [0, 2, 1, 3], [0, 3, 2, 1], [0, 1, 1, 2]] {
        let moved: String = orders.iter().map(|at| lines[*at]).collect();
        assert!(matches!(refusal(&moved), IterationsError::Chain { .. }), "{orders:?}");
    }
    let without: String = [0, 1, 3].iter().map(|at| lines[*at]).collect();
    assert!(refusal(&without).to_string().contains("the adoption of ITRL 1, in the line before it"));
}

/// What fits the chain may still break the ledger's rules: someone wrote it by other means.
#[test]
fn a_forged_record_keeps_the_rules_or_is_refused() {
    let text = three().to_text();
    let forged = |from: &str, to: &str| refusal(&rehashed(&text, 4, from, to)).to_string();
    assert_eq!(
        forged(r#""adopted_from":"2023-01-01""#, r#""adopted_from":"2022-12-10""#),
        "l, line 4: a model recorded on 2022-12-10 was to be in force from 2022-12-10: it can be from the day after at the earliest"
    );
    assert!(
        forged(r#""adopted_from":"2023-01-01""#, r#""adopted_from":"1980-01-01""#)
            .contains("it can be from the day after")
    );
    assert!(
        forged(r#""recorded_on":"2022-12-10""#, r#""recorded_on":"2021-12-19""#)
            .contains("in the order of their days")
            || forged(r#""recorded_on":"2022-12-10""#, r#""recorded_on":"2021-12-19""#)
                .contains("not known yet")
    );
    assert!(forged("2022-11-30", "2022-12-11").contains("not known yet"));
    assert_eq!(
        forged(r#""iteration":2"#, r#""iteration":3"#),
        "l, line 4: a record says ITRL 3 where ITRL 2 is due"
    );
    let spec = forged("of 3 assets", "of 4 assets");
    assert!(spec.starts_with("l, line 4: the spec hashes to "), "{spec}");
    assert!(forged("[0.5,0.25,0.25],\"spec_sha", "[0.5,0.25],\"spec_sha").contains("weights add up to 0.75"));
    assert!(
        forged("[0.5,0.25,0.25],\"spec_sha", "[0.75,0.25],\"spec_sha").contains("3 assets and 2 weights")
    );
    assert!(forged("asset 2", "asset 1").contains("asset 1 appears twice"));
    assert!(forged("\"note\":", "\"nota\":").contains("unknown field `nota`"));
    assert!(forged("\"note\":\"\"", "\"note\":\"\",\"more\":1").contains("unknown field `more`"));
    assert!(forged("adoption", "adaption").contains("\"adaption\" is not a kind of record"));
    for (from, to) in [
        ("0.25", "0.250"),
        (":2,", ": 2,"),
        ("\"note\":\"\"", "\"note\":\"\\u0041\""),
        ("2022-12-10", "+2022-12-10"),
    ] {
        let message = forged(from, to);
        assert!(
            message.contains("(record 3): it is not in the form in which records are written")
                || message.contains("invalid")
                || message.contains("spec hashes"),
            "{from} {message}"
        );
    }
}

/// Each byte of a real file, flipped: the line it stands in is named, or, where it is a record's whole hash or a line's end, the place
/// where the chain breaks.
#[test]
fn every_byte_counts() {
    let text = three().to_text().into_bytes();
    for at in 0..text.len() {
        for mask in [1_u8, 2, 0x20, 0x80, 0xff] {
            let mut bytes = text.clone();
            bytes[at] ^= mask;
            let line = text[..at].split(|byte| *byte == b'\n').count();
            let error = Ledger::recover(NAME, &bytes).unwrap_err();
            assert_eq!(line_of(&error), Some(line), "byte {at} flipped by {mask}: {error}");
        }
    }
}

/// Whatever byte stands where a line ended: it is no cut, and the record before it is never given up as one that was not written to its
/// end. Only half of a line end of two bytes is what a cut leaves.
#[test]
fn a_line_end_that_became_another_byte_is_no_cut() {
    let text = three().to_text().into_bytes();
    let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
    for at in ends {
        for to in (0..=u8::MAX).filter(|to| *to != b'\n' && (*to != b'\r' || at + 1 < text.len())) {
            let mut bytes = text.clone();
            bytes[at] = to;
            let line = text[..at].split(|byte| *byte == b'\n').count();
            let error = Ledger::recover(NAME, &bytes).unwrap_err();
            assert_eq!(line_of(&error), Some(line), "the end of line {line} became {to}: {error}");
        }
    }
}

#[test]
fn what_is_no_ledger_is_said_to_be_none() {
    for text in [
        "x",
        "x\n",
        "{}\n",
        "month,a_jpy\n2020-01,1\n",
        "\n",
        "\u{feff}\n",
        "{\"ledger\":\"allweather iterations\",\"form\":2}\n",
    ] {
        assert!(matches!(refusal(text), IterationsError::Title { .. }), "{text:?}");
    }
    let title = Ledger::new().to_text();
    for (line, reason) in [
        ("\n", "EOF while parsing"),
        ("{}\n", "it does not end with its hash"),
        ("[1,2\n", "EOF while parsing"),
        ("{}{}", "trailing characters"),
        (r#"{"hash":"00"}"#, "it does not end with its hash"),
    ] {
        let message = refusal(&format!("{title}{line}")).to_string();
        assert!(message.starts_with("l, line 2 (record 1): ") && message.contains(reason), "{message}");
    }
}

proptest! {
    #[test]
    fn any_byte_of_any_ledger(ledger in ledgers(6), at in any::<Index>(), to in any::<u8>()) {
        let text = ledger.to_text().into_bytes();
        let mut bytes = text.clone();
        let at = at.index(text.len());
        bytes[at] = to;
        let read = Ledger::recover(NAME, &bytes);
        prop_assert_eq!(read.is_ok(), to == text[at] || (at + 1 == text.len() && to == b'\r'));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), ledger in ledgers(2), at in any::<Index>()) {
        let _ = Ledger::recover(NAME, &bytes);
        let mut text = ledger.to_text().into_bytes();
        let at = at.index(text.len());
        text.splice(at..at, bytes);
        let _ = Ledger::recover(NAME, &text);
    }
}
