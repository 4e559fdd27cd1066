#![no_main]

use allweather_core::Currency;
use allweather_costs::fills::SaxoCsv;
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

// As it comes, and as a user reads a file that tells no currency.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let plain = allweather_fuzz::statements(&SaxoCsv::default(), bytes);
    let euros = SaxoCsv { currency: Some(Currency::EUR), ..SaxoCsv::default() };
    let told = allweather_fuzz::statements(&euros, bytes);
    if plain.is_some() {
        assert!(told.is_some(), "what is told is read with a currency beside it too");
    }
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    allweather_fuzz::rows::mutate(data, size, max_size, seed)
});
