#![no_main]

use allweather_iterations::{Entry, Ledger, Standing};
use libfuzzer_sys::{Corpus, fuzz_target};

// What is read is written as the same text; a text that was cut off or changed in one byte is not read as a whole; records keep their order.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    if let Ok((ledger, torn)) = Ledger::recover("file", bytes) {
        let again = Ledger::from_text("file", &ledger.to_text()).expect("what was written is read");
        assert_eq!(again, ledger);
        let whole = std::str::from_utf8(bytes).is_ok_and(|text| Ledger::from_text("file", text).is_ok());
        assert_eq!(whole, torn.is_none());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    // A change would hardly ever hit on its hash.
    let sealed = allweather_fuzz::sealed(text);
    let Ok(ledger) = Ledger::from_text("file", &sealed) else { return Corpus::Keep };
    assert_eq!(ledger.to_text(), sealed, "there is one form");
    assert_eq!(ledger.verify_head(ledger.head()), Ok(ledger.entries().len()));

    assert!(ledger.entries().is_sorted_by_key(Entry::recorded_on));
    let chain = ledger.chain();
    assert!(chain.is_sorted_by(|a, b| a.until.is_some_and(|until| a.from <= until && until < b.from)));
    for (at, entry) in ledger.entries().iter().enumerate() {
        assert_eq!(ledger.verify_head(entry.hash()), Ok(at + 1));
    }
    for iteration in ledger.iterations() {
        assert!(iteration.data_as_of() <= iteration.recorded_on());
        assert!(iteration.recorded_on() < iteration.adopted_from());
        assert_eq!(ledger.in_force(iteration.adopted_from()), Some(iteration));
        assert_eq!(ledger.standing(iteration.number(), iteration.recorded_on()), Some(Standing::History));
    }

    let place = bytes.len().wrapping_mul(7919) % sealed.len();
    let mut changed = sealed.clone().into_bytes();
    changed[place] ^= 1 + bytes.first().copied().unwrap_or(0) % 127;
    assert!(Ledger::recover("file", &changed).is_err() || changed.ends_with(b"\r"), "byte {place}");
    let (left, _) =
        Ledger::recover("file", &sealed.as_bytes()[..place]).expect("what was cut off is recovered");
    assert_eq!(ledger.added_since(&left), Ok(ledger.entries().len() - left.entries().len()));
    Corpus::Keep
});
