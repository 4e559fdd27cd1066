//! Memory does not grow with the paths, and hardly with their length.

use allweather_portfolio::Spec;
use allweather_study::{Study, StudySpec, Variant};

/// How often a job of so many paths allocates, and the most bytes that it holds.
fn job(spec: &Spec, months: u32, paths: u64) -> (u64, u64) {
    let data = allweather_data::embedded().unwrap();
    let spec = StudySpec::new(vec![Variant::new("one", spec.clone())], paths, months).unwrap();
    let spec = spec.with_span("1990-07".parse().unwrap(), "2024-09".parse().unwrap());
    let study = Study::new(&spec, &data.market, &data.statistics).unwrap();
    let job = study.jobs(paths).next().unwrap();
    let counted = allocation_counter::measure(|| assert!(study.run_job(&job).is_ok()));
    (counted.count_total, counted.bytes_max)
}

/// What one path more costs.
fn path(spec: &Spec, months: u32) -> u64 {
    (job(spec, months, 21).0 - job(spec, months, 1).0) / 20
}

fn all_weather() -> Spec {
    allweather_data::all_weather().unwrap()
}

fn bare() -> Spec {
    Spec { fx: None, expenses: None, ..all_weather() }
}

#[test]
fn a_longer_path_without_expenses_allocates_as_often() {
    let (short, long) = (path(&bare(), 60), path(&bare(), 480));
    // Vectors that grow double: from 60 months to 480 three times, a few of them.
    assert!(short > 0 && long <= short + 24, "{short} {long}");
}

/// Rates as they were known are told from published figures, as decimals: the price of exactness.
#[test]
fn rates_as_they_were_known_allocate_for_each_month() {
    let (short, long) = (path(&all_weather(), 60), path(&all_weather(), 240));
    assert!(long - short <= 26 * 180, "{short} {long}");
}

#[test]
fn memory_is_flat_in_the_paths() {
    let (few, many) = (job(&bare(), 120, 8).1, job(&bare(), 120, 400).1);
    // Buckets of results fill up; 400 outcomes kept would be ten times as much.
    assert!(many < few + few / 2, "{few} {many}");
}
