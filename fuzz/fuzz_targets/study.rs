#![no_main]

use allweather_study::{Results, StudySpec, TournamentSpec};
use libfuzzer_sys::{Corpus, fuzz_target};

// A study and its results are read back as what they were, and forged results merge without a panic, or are refused.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    if let Ok(spec) = StudySpec::from_json(text) {
        let canonical = spec.canonical_json();
        let again = StudySpec::from_json(&canonical).expect("what was written is read");
        assert_eq!(again, spec);
        assert_eq!(again.canonical_json(), canonical);
        assert!(spec.paths() > 0 && spec.months() > 0 && spec.past() >= 24 && !spec.variants().is_empty());
        assert!((0.0..1.0).contains(&spec.ruin_level()));
    }
    if let Ok(spec) = TournamentSpec::from_json(text) {
        let canonical = spec.canonical_json();
        let again = TournamentSpec::from_json(&canonical).expect("what was written is read");
        assert_eq!(again, spec);
        assert_eq!(again.canonical_json(), canonical);
        let rules = spec.entrants().len() + 1;
        assert_eq!(spec.grid().variants().len(), rules * (spec.costs().len() + 1));
        assert!(spec.significance() > 0.0 && spec.significance() < 1.0 && spec.draws() > 0);
        assert!(spec.grid().variants().iter().all(|variant| variant.premium), "each has its premium on paths");
    }
    if let Ok(results) = Results::from_json("results", text) {
        let again = Results::from_json("results", &results.to_json()).expect("what was written is read");
        assert_eq!(again.to_json(), results.to_json());
        let _ = results.paths_done();
        for (_, tally) in results.tallies() {
            let mut twice = tally.clone();
            twice.merge(tally);
            assert_eq!(twice.versus().is_some(), tally.versus().is_some());
            assert_eq!(twice.premium().is_some(), tally.premium().is_some());
            if let (Some(premium), Some(once)) = (twice.premium(), tally.premium()) {
                let _ = (premium.total().mean(), premium.drift().deviation(), premium.cost().quantile(0.5));
                let told = premium.overlay().defined().checked_add(premium.overlay().undefined());
                assert!(told.is_none_or(|told| told >= tally.paths()), "a part is told of as many paths");
                assert!(premium.above().happened() >= once.above().happened());
            }
            for measure in allweather_study::Measure::ALL {
                let found = twice.measure(measure);
                let _ = (found.mean(), found.deviation(), found.standard_error(), found.quantile(0.5));
            }
            for event in allweather_study::Event::ALL {
                let _ = twice.event(event).interval();
            }
        }
        let mut merged = results.clone();
        if merged.merge(&results).is_ok() {
            assert_eq!(results.paths_done(), 0, "a path counts once");
        }
    }
    Corpus::Keep
});
