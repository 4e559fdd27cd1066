use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use allweather_data::DataSet;
use allweather_study::{JobResult, Results, Study, StudyError, StudySpec, Variant};
use proptest::prelude::*;

use crate::spec::gold;

fn spec() -> StudySpec {
    let mut silver = gold("yen bonds");
    let text =
        serde_json::to_string(&silver.spec).unwrap().replace(r#""asset":"gold""#, r#""asset":"jgb_10y""#);
    silver = Variant::new("yen bonds", allweather_portfolio::Spec::from_json(&text).unwrap());
    StudySpec::new(vec![gold("gold"), silver], 100, 24).unwrap().with_seed(1)
}

fn with_study<T>(run: impl FnOnce(&Study<'_>) -> T) -> T {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    let spec = spec();
    run(&Study::new(&spec, &market, &statistics).unwrap())
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    with_study(|study| {
        let one = study.run(1, &|_| ()).unwrap().to_json();
        for threads in [2, 5, 0] {
            assert_eq!(study.run(threads, &|_| ()).unwrap().to_json(), one, "{threads} threads");
        }
        assert_eq!(Results::from_json("results", &one).unwrap().to_json(), one);
    });
}

#[test]
fn progress_counts_every_path() {
    with_study(|study| {
        let (most, calls) = (AtomicU64::new(0), Mutex::new(0_usize));
        let results = study
            .run(2, &|done| {
                most.fetch_max(done, Ordering::Relaxed);
                *calls.lock().unwrap() += 1;
            })
            .unwrap();
        assert_eq!((most.into_inner(), results.paths_done()), (200, 200));
        assert_eq!(calls.into_inner().unwrap(), study.jobs(32).count());
    });
}

/// Half of it in one process, half in another, files between them.
#[test]
fn halves_merge_to_the_whole() {
    with_study(|study| {
        let jobs: Vec<_> = study.jobs(7).collect();
        let (left, right) = jobs.split_at(jobs.len() / 2);
        let part = |jobs: &[allweather_study::Job]| {
            let mut part = Results::new(study);
            for job in jobs.iter().rev() {
                // As a job and its result would travel.
                let job = serde_json::from_str(&serde_json::to_string(job).unwrap()).unwrap();
                let result = study.run_job(&job).unwrap();
                let result: JobResult =
                    serde_json::from_str(&serde_json::to_string(&result).unwrap()).unwrap();
                part.add(&result).unwrap();
            }
            Results::from_json("part", &part.to_json()).unwrap()
        };
        let (mut one, mut other) = (part(left), part(right));
        let (first, second) = (one.clone(), other.clone());
        one.merge(&second).unwrap();
        other.merge(&first).unwrap();
        let whole = study.run(2, &|_| ()).unwrap().to_json();
        assert_eq!((one.to_json(), other.to_json()), (whole.clone(), whole));
    });
}

#[test]
fn what_was_interrupted_goes_on() {
    with_study(|study| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("results.json");
        assert_eq!(Results::open(&file, study).unwrap(), Results::new(study));
        let mut results = Results::new(study);
        for job in study.jobs(9).step_by(3) {
            results.add(&study.run_job(&job).unwrap()).unwrap();
        }
        results.save(&file).unwrap();
        let before = results.paths_done();
        let mut again = Results::open(&file, study).unwrap();
        assert_eq!(again, results);
        let ran = AtomicU64::new(before);
        study
            .resume(
                &mut again,
                2,
                &|done| {
                    ran.fetch_max(done, Ordering::Relaxed);
                },
                |results| results.save(&file),
            )
            .unwrap();
        assert_eq!(ran.into_inner(), 200);
        assert_eq!(again.to_json(), study.run(1, &|_| ()).unwrap().to_json());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), again.to_json());
    });
}

/// What stops it keeps what was saved.
#[test]
fn an_error_while_saving_stops_it() {
    with_study(|study| {
        let mut results = Results::new(study);
        let nowhere = tempfile::tempdir().unwrap().path().join("gone/results.json");
        let error = study.resume(&mut results, 1, &|_| (), |results| results.save(&nowhere)).unwrap_err();
        assert!(error.to_string().contains("gone/results.json"), "{error}");
        assert!(results.paths_done() > 0);
    });
}

#[test]
fn what_does_not_belong_together_is_refused() {
    with_study(|study| {
        let mut results = Results::new(study);
        let job = study.jobs(10).next().unwrap();
        let result = study.run_job(&job).unwrap();
        results.add(&result).unwrap();
        let kept = results.to_json();
        assert!(results.add(&result).unwrap_err().to_string().contains("paths 0 to 9 are there already"));
        let same = results.clone();
        assert!(results.merge(&same).unwrap_err().to_string().contains("are there already"));
        let mut lies = result.clone();
        lies.job.paths = 11;
        assert!(results.add(&lies).is_err());
        lies = result.clone();
        lies.study = "another".into();
        assert!(results.add(&lies).unwrap_err().to_string().contains("it is of study another"));
        // A tally of as many paths, but they begin before the last one and end beyond it.
        lies = result.clone();
        lies.job.first = 95;
        assert!(results.add(&lies).unwrap_err().to_string().contains("none of the study"));
        lies.job.variant = 2;
        assert!(results.add(&lies).is_err());
        lies.job.first = u64::MAX;
        assert!(results.add(&lies).is_err());
        assert_eq!(results.to_json(), kept, "what is refused changes nothing");
        let mut beyond = job;
        beyond.first = 95;
        assert!(matches!(study.run_job(&beyond), Err(StudyError::Job { .. })));

        let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
        let other = spec().with_seed(2);
        let other = Study::new(&other, &market, &statistics).unwrap();
        assert!(results.merge(&Results::new(&other)).unwrap_err().to_string().contains("not"));
        assert!(other.resume(&mut results, 1, &|_| (), |_| Ok(())).is_err());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("results.json");
        results.save(&file).unwrap();
        assert!(
            Results::open(&file, &other)
                .unwrap_err()
                .to_string()
                .ends_with("it keeps the results of another study")
        );
    });
}

/// Results of another build, of another rule, of another span: the file is named, and nothing is added.
#[test]
fn results_of_another_study_are_refused_by_name() {
    let DataSet { market, statistics, .. } = allweather_data::embedded().unwrap();
    let study = |change: fn(&mut StudySpec)| {
        let mut spec = spec();
        change(&mut spec);
        spec
    };
    let own = study(|_| ());
    let mine = Study::new(&own, &market, &statistics).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.json");
    // Another build has another number of what figures are in its id, and all else is the same.
    let other_build = Results::new(&mine).to_json().replace(mine.id(), &"0".repeat(64));
    let other_name = Results::new(&mine).to_json().replace(r#""name":"gold""#, r#""name":"silver""#);
    let mut kept = vec![("build", other_build), ("name", other_name)];
    for (what, change) in [
        ("rule", (|spec| *spec = ruled(spec)) as fn(&mut StudySpec)),
        ("fingerprint", |spec| *spec = with_variants(spec, |variant| variant.with_own_rule("mine"))),
        ("premium", |spec| *spec = with_variants(spec, Variant::with_premium)),
        ("span", |spec| {
            *spec = spec.clone().with_span("1990-07".parse().unwrap(), "2020-12".parse().unwrap());
        }),
        ("seed", |spec| *spec = spec.clone().with_seed(2)),
    ] {
        let other = study(change);
        kept.push((what, Results::new(&Study::new(&other, &market, &statistics).unwrap()).to_json()));
    }
    for (what, text) in kept {
        std::fs::write(&file, &text).unwrap();
        let error = Results::open(&file, &mine).unwrap_err().to_string();
        assert!(error.ends_with("kept.json: it keeps the results of another study"), "{what}: {error}");
        let other = Results::from_json("other", &text).unwrap();
        let mut results = Results::new(&mine);
        let error = results.merge(&other).unwrap_err().to_string();
        assert!(error.contains("they are of study") && error.contains(mine.id()), "{what}: {error}");
        assert!(mine.resume(&mut other.clone(), 1, &|_| (), |_| Ok(())).is_err(), "{what}");
        assert_eq!(results, Results::new(&mine));
    }
    std::fs::write(&file, Results::new(&mine).to_json()).unwrap();
    assert!(Results::open(&file, &mine).is_ok());
}

fn with_variants(spec: &StudySpec, change: fn(Variant) -> Variant) -> StudySpec {
    let variants = spec.variants().iter().cloned().map(change).collect();
    StudySpec::new(variants, spec.paths(), spec.months()).unwrap().with_seed(spec.seed())
}

fn ruled(spec: &StudySpec) -> StudySpec {
    with_variants(spec, |variant| {
        let rule = allweather_portfolio::rebalance::Rule::Never;
        Variant::new(&variant.name, allweather_portfolio::Spec { rule, ..variant.spec.clone() })
    })
}

#[test]
fn what_is_no_result_is_refused() {
    with_study(|study| {
        let mut results = Results::new(study);
        results.add(&study.run_job(&study.jobs(10).next().unwrap()).unwrap()).unwrap();
        let fine = results.to_json();
        for (found, instead) in [
            (r#""done":[[0,10]]"#, r#""done":[[0,9]]"#),
            (r#""done":[[0,10]]"#, r#""done":[[0,5],[5,10]]"#),
            (r#""done":[[0,10]]"#, r#""done":[[10,0]]"#),
            (r#""tally":{"paths":10"#, r#""tally":{"paths":11"#),
            (r#""paths":100"#, r#""paths":9"#),
            (r#""happened":0"#, r#""happened":99"#),
            (r#"["wealth","#, r#"["real_wealth","#),
        ] {
            let broken = fine.replacen(found, instead, 1);
            assert_ne!(broken, fine, "{found}");
            let error = Results::from_json("results.json", &broken).unwrap_err().to_string();
            assert!(error.starts_with("results.json: "), "{error}");
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Jobs of any size, added in any order, in any grouping: the same bytes.
    #[test]
    fn merging_is_associative_and_commutative(sizes in prop::collection::vec(1_u64..60, 1..4), seed in any::<u64>()) {
        with_study(|study| {
            let mut jobs: Vec<_> = study.jobs(sizes[0]).collect();
            jobs.sort_by_key(|job| (job.first + 7 * job.variant as u64 + 1).wrapping_mul(seed | 1));
            let parts: Vec<Results> = jobs
                .chunks(jobs.len().div_ceil(3))
                .map(|jobs| {
                    let mut part = Results::new(study);
                    for job in jobs {
 part.add(&study.run_job(job).unwrap()).unwrap();
}
                    part
                })
                .collect();
            let merged = |order: &[usize]| {
                let mut all = Results::new(study);
                for part in order.iter().filter_map(|i| parts.get(*i)) {
 all.merge(part).unwrap();
}
                all.to_json()
            };
            let whole = study.run(1, &|_| ()).unwrap().to_json();
            for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
                assert_eq!(merged(&order), whole);
            }
        });
    }
}
