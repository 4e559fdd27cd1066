#![no_main]

use allweather_market::official::Format;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus { allweather_fuzz::official(Format::BojApi, bytes) });
