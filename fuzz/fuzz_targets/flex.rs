#![no_main]

use allweather_costs::fills::FlexXml;
use libfuzzer_sys::{Corpus, fuzz_target};

// A statement is read whole or refused, and means the same however it is put together again.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let read = allweather_fuzz::statements(&FlexXml, bytes);
    if !bytes.starts_with("\u{feff}".as_bytes()) {
        let marked = allweather_fuzz::statements(&FlexXml, &["\u{feff}".as_bytes(), bytes].concat());
        assert_eq!(read, marked, "a byte-order mark changes nothing");
    }
    Corpus::Keep
});
