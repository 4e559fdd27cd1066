#![no_main]

use allweather_market::official::Format;
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus { allweather_fuzz::official(Format::MofCurve, bytes) });

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    allweather_fuzz::rows::mutate(data, size, max_size, seed)
});
