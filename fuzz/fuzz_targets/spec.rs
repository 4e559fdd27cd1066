#![no_main]

use allweather_portfolio::Spec;
use libfuzzer_sys::{Corpus, fuzz_target};

// Equal specs have equal texts and equal hashes, and a text is read back as the spec that it was.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let Ok(spec) = Spec::from_json(text) else { return Corpus::Keep };
    let canonical = spec.canonical_json();
    let again = Spec::from_json(&canonical).expect("what was written is read");
    assert_eq!(again, spec);
    assert_eq!(again.canonical_json(), canonical);
    assert_eq!(again.content_hash(), spec.content_hash());
    assert!(spec.capital.amount() > rust_decimal::Decimal::ZERO);
    assert!(!spec.holdings.as_slice().is_empty());
    let sum: f64 = spec.holdings.as_slice().iter().map(|holding| holding.weight).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    Corpus::Keep
});
