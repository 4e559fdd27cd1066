use allweather_portfolio::{Spec, rebalance::Rule};
use allweather_testkit::{generate, laws};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[test]
fn specs_and_their_parts_are_read_back_as_they_were() {
    laws::spec_content_hash(&generate::cases().prop_map(|case| case.spec), Spec::content_hash).unwrap();
    laws::spec_round_trip(&generate::rules()).unwrap();
    laws::spec_round_trip(&generate::costs()).unwrap();
    laws::spec_round_trip(&generate::flows()).unwrap();
    laws::spec_round_trip(&generate::forwards()).unwrap();
    laws::spec_round_trip(&generate::actual_operations()).unwrap();
}

/// A limit that is written in whole percent, and so loses what is behind the point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Limit {
    #[serde(with = "percent")]
    limit: f64,
    rule: Rule,
}

mod percent {
    use serde::{Deserialize, Deserializer, Serializer};
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64((value * 100.0).round())
    }
    pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<f64, D::Error> {
        f64::deserialize(deserializer).map(|percent| percent / 100.0)
    }
}

#[test]
fn what_is_lost_on_the_way_is_found() {
    let limits = (0.0..1.0_f64, generate::rules()).prop_map(|(limit, rule)| Limit { limit, rule });
    let broken = laws::spec_round_trip(&limits).unwrap_err();
    assert_eq!(broken.law, "round trip");
    assert!(broken.expected.starts_with("the same value from {\"limit\":"), "{broken}");
    assert!(broken.happened.starts_with("Limit { limit: "), "{broken}");
}

#[test]
fn what_cannot_be_read_back_is_found() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Renamed {
        #[serde(rename(serialize = "one", deserialize = "other"))]
        number: u8,
    }
    let broken = laws::spec_round_trip(&any::<u8>().prop_map(|number| Renamed { number })).unwrap_err();
    assert_eq!(broken.case, "Renamed { number: 0 }");
    assert!(broken.happened.contains("missing field `other`"), "{broken}");
}

#[test]
fn a_hash_that_leaves_something_out_is_found() {
    let specs = || generate::cases().prop_map(|case| case.spec);
    // Of the holdings alone: two specs that differ in their rules hash equal.
    let shallow = |spec: &Spec| spec.holdings.as_slice().len().to_string();
    let broken = laws::spec_content_hash(&specs(), shallow).unwrap_err();
    assert_eq!((broken.law, broken.expected.as_str()), ("content hash", "another hash for another value"));
    // Of the text as it was typed: it is not the same when it is read back.
    let asked = std::sync::atomic::AtomicU64::new(0);
    let counting = |_: &Spec| asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
    let broken = laws::spec_content_hash(&specs(), counting).unwrap_err();
    assert!(broken.expected.ends_with("after it is read back"), "{broken}");
}
