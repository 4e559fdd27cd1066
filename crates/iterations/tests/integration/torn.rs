//! The power goes at every byte.

use allweather_iterations::{IterationsError, Ledger};
use proptest::prelude::*;

use crate::{NAME, ledgers, three};

/// Cuts a text at every byte: what is left is the whole records before the cut, and what there is of the next is named.
fn cut_everywhere(ledger: &Ledger, text: &str, line_end: &str) {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for cut in 0..=text.len() {
        let left = &text.as_bytes()[..cut];
        let (recovered, torn) = Ledger::recover(NAME, left).unwrap();
        // A line is whole when all of it but its end is there.
        let ends = lines.iter().scan(0, |end, line| {
            *end += line.len();
            Some(*end - line_end.len())
        });
        let whole = ends.take_while(|end| *end <= cut).count();
        let records = whole.saturating_sub(1);
        assert_eq!(recovered.entries(), &ledger.entries()[..records], "{cut}");
        assert_eq!(ledger.added_since(&recovered).unwrap(), ledger.entries().len() - records);
        let begun: usize = lines[..whole].iter().map(|line| line.len()).sum::<usize>();
        match torn {
            None => {
                assert!(whole > 0 && (cut >= begun || cut + line_end.len() == begun), "{cut}");
                assert_eq!(Ledger::from_text(NAME, std::str::from_utf8(left).unwrap()).unwrap(), recovered);
            }
            Some(torn) if cut < begun => assert_eq!((torn.line, torn.bytes), (whole, b"\r".to_vec())),
            Some(torn) => {
                assert_eq!(torn.line, whole + 1);
                let dropped = if whole == 0 && cut >= mark { &left[mark..] } else { &left[begun..] };
                assert_eq!(torn.bytes, dropped, "{cut}");
                if let Ok(text) = std::str::from_utf8(left) {
                    let refused = Ledger::from_text(NAME, text).unwrap_err();
                    let said = matches!(refused, IterationsError::Torn { line, bytes, .. } if line == torn.line && bytes == torn.bytes.len());
                    assert!(said, "{cut}: {refused}");
                }
            }
        }
    }
}

#[test]
fn a_text_cut_at_any_byte_has_its_whole_records() {
    let ledger = three();
    let text = ledger.to_text();
    cut_everywhere(&ledger, &text, "\n");
    cut_everywhere(&ledger, &text.replace('\n', "\r\n"), "\r\n");
    cut_everywhere(&ledger, &format!("\u{feff}{text}"), "\n");
    cut_everywhere(&Ledger::new(), &Ledger::new().to_text(), "\n");
    let refused = Ledger::from_text(NAME, &text[..text.len() - 5]).unwrap_err().to_string();
    assert!(refused.starts_with("l: the text is cut off in line 4, after "), "{refused}");
    assert!(refused.ends_with("recovery reads the 2 whole records before"), "{refused}");
}

/// A lost end does not excuse a changed past.
#[test]
fn what_stands_before_the_cut_is_verified() {
    let text = three().to_text().replace("first", "First");
    let refused = Ledger::recover(NAME, &text.as_bytes()[..text.len() - 5]).unwrap_err();
    assert!(matches!(refused, IterationsError::Changed { line: 2, .. }));
    // Nor is a damaged end a lost one.
    let text = three().to_text();
    let refused = Ledger::recover(NAME, format!("{}x", &text[..text.len() - 2]).as_bytes()).unwrap_err();
    assert!(matches!(refused, IterationsError::Unreadable { line: 4, .. }), "{refused}");
    assert!(matches!(Ledger::recover(NAME, b"{\"ledger\":\"x"), Err(IterationsError::Title { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_ledger_cut_anywhere(ledger in ledgers(4), windows in any::<bool>()) {
        let text = ledger.to_text();
        if windows {
            cut_everywhere(&ledger, &text.replace('\n', "\r\n"), "\r\n");
        } else {
            cut_everywhere(&ledger, &text, "\n");
        }
    }
}
