//! The hash of a record is of all records before it.

use allweather_iterations::{ContentHash, Entry, IterationsError, Ledger};
use proptest::{prelude::*, sample::Index};

use crate::{NAME, acts, ahead, day, ledgers, model, three};

/// From an independent program (Python 3, hashlib): the SHA-256 of each line without its last field, and of the title.
#[test]
fn hashes_as_common_tools_compute_them() {
    let heads: Vec<_> = three().entries().iter().map(|entry| entry.hash().to_string()).collect();
    assert_eq!(
        Ledger::new().head().to_string(),
        "25f1eedf8da7fba5d9d22a03869426776155be97956d6e13fd9626cde456fdd8"
    );
    assert_eq!(
        heads,
        [
            "c6771841c35985741cfccc5cde879186b1d7a8893a156615b1f6a4ee717faa55",
            "9edf8a70085ebacfbb49d4356d9fe39b53b107055f05271e1e2c58e89f71d93a",
            "814f0cfcc1178f52935d2eb135c9e40befef603023566bb91b0afa7893333761"
        ]
    );
}

#[test]
fn a_line_says_it_all() {
    let text = three().to_text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], r#"{"ledger":"allweather iterations","form":1}"#);
    assert_eq!(
        lines[2],
        "{\"previous\":\"c6771841c35985741cfccc5cde879186b1d7a8893a156615b1f6a4ee717faa55\",\"record\":\"review\",\"iteration\":1,\"recorded_on\":\"2021-12-20\",\"note\":\"kept, 天候 \\\"as is\\\"\",\"hash\":\"9edf8a70085ebacfbb49d4356d9fe39b53b107055f05271e1e2c58e89f71d93a\"}"
    );
    let middle = lines[3].split_once(r#","hash":"#).unwrap().0.split_once(r#","record""#).unwrap().1;
    assert_eq!(
        middle,
        r#":"adoption","iteration":2,"recorded_on":"2022-12-10","adopted_from":"2023-01-01","data_as_of":"2022-11-30","note":"","universe":["asset 0","asset 1","asset 2"],"weights":[0.5,0.25,0.25],"spec_sha256":"36268788c4fb12bf97b064fa3eab8cd123de1262b069e2f319a0ca6e18883c91","spec":{"name":"of 3 assets","weights":[0.5,0.25,0.25]}"#
    );
}

#[test]
fn only_one_text_is_a_hash() {
    let hash = ContentHash::of(b"");
    let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; // FIPS 180-4's of nothing
    assert_eq!(hash, text.parse().unwrap());
    assert_eq!(format!("{hash:?}"), format!("ContentHash({text})"));
    let (upper, short, long, wide) =
        (text.to_uppercase(), &text[1..], format!("{text}0"), text.replace('e', "é"));
    for text in ["", &upper, short, &long, &wide, &text.replace('e', "g"), &text.replace('e', " ")] {
        let message = text.parse::<ContentHash>().unwrap_err().to_string();
        assert!(message.ends_with("is not a hash of 64 hexadecimal digits in lower case"), "{message}");
    }
}

#[test]
fn a_head_of_another_past_is_none() {
    let ledger = three();
    for (at, entry) in ledger.entries().iter().enumerate() {
        assert_eq!(ledger.verify_head(entry.hash()).unwrap(), at + 1);
    }
    assert_eq!(ledger.verify_head(Ledger::new().head()).unwrap(), 0, "every ledger begins with the title");
    assert_eq!(ledger.head(), ledger.entries()[2].hash());

    // The whole chain written anew, with other weights in its first record: only a published head can tell.
    let mut other = Ledger::new();
    other.adopt(model(day("2020-12-31"), &[0.5, 0.5], "first"), day("2021-01-04"), ahead(1)).unwrap();
    other.keep(day("2021-12-20"), "kept, 天候 \"as is\"").unwrap();
    assert!(Ledger::from_text(NAME, &other.to_text()).is_ok());
    let refused = ledger.verify_head(other.head()).unwrap_err();
    assert!(matches!(refused, IterationsError::UnknownHead { head, .. } if head == other.head()));
    assert!(refused.to_string().ends_with("its past was rewritten"));
    assert_eq!(
        ledger.added_since(&other).unwrap_err().to_string(),
        "record 1, the adoption of ITRL 1, is not in this ledger as it is in the older copy: there stands the adoption of ITRL 1, which hashes to another value"
    );
    assert_eq!(
        Ledger::new().added_since(&other).unwrap_err().to_string(),
        "record 1, the adoption of ITRL 1, is not in this ledger as it is in the older copy"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(ledger in ledgers(10)) {
        let text = ledger.to_text();
        let again = Ledger::from_text(NAME, &text).unwrap();
        prop_assert_eq!(&again, &ledger);
        prop_assert_eq!(again.to_text(), text);
        prop_assert_eq!(again.head(), ledger.head());
    }

    /// Line ends of Windows, a byte-order mark and a lost last line end are no content.
    #[test]
    fn line_ends_are_no_content(ledger in ledgers(4)) {
        let text = ledger.to_text();
        for other in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), text.trim_end().to_owned(), format!("\u{feff}{}", text.replace('\n', "\r\n"))] {
            prop_assert_eq!(Ledger::from_text(NAME, &other).unwrap(), ledger.clone());
        }
    }

    /// A longer ledger has the shorter one's text as its beginning, and its heads among its own.
    #[test]
    fn it_only_grows(ledger in ledgers(6), more in prop::collection::vec(acts(), 1..4)) {
        let mut longer = ledger.clone();
        for act in more {
            let last = longer.entries().last().map_or(day("2001-01-31"), Entry::recorded_on);
            act.record(&mut longer, last);
        }
        prop_assert!(longer.to_text().starts_with(&ledger.to_text()));
        prop_assert_eq!(longer.verify_head(ledger.head()).unwrap(), ledger.entries().len());
        prop_assert_eq!(longer.added_since(&ledger).unwrap(), longer.entries().len() - ledger.entries().len());
        prop_assert!(longer == ledger || ledger.verify_head(longer.head()).is_err());
        prop_assert!(longer == ledger || ledger.added_since(&longer).is_err());
    }

    /// The same records after one that differs have other hashes, all of them.
    #[test]
    fn a_hash_is_of_everything_before(acts in prop::collection::vec(acts(), 2..8), at in any::<Index>(), note in "[a-z]{20}") {
        let run = |acts: &[crate::Act]| {
            let (mut ledger, mut last) = (Ledger::new(), day("2001-01-31"));
            let mut hashes = Vec::new();
            for act in acts {
                if act.record(&mut ledger, last) {
                    last = act.day(last);
                    hashes.push(Some(ledger.head()));
                } else {
                    hashes.push(None);
                }
            }
            hashes
        };
        let mut other = acts.clone();
        let at = at.index(acts.len());
        let (crate::Act::Adopt { note: old, .. } | crate::Act::Keep { note: old, .. }) = &mut other[at];
        *old = note;
        let (one, two) = (run(&acts), run(&other));
        prop_assert_eq!(&one[..at], &two[..at]);
        let taken = one[at].is_some();
        for (a, b) in one[at..].iter().zip(&two[at..]) {
            prop_assert_eq!(a.is_some(), b.is_some());
            prop_assert_eq!(a == b, !taken || a.is_none());
        }
    }
}
