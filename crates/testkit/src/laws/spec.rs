//! Laws of plain data: what is written is read back as it was.

use std::fmt::Debug;

use proptest::strategy::Strategy;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Broken, Settings,
    check::{Finding, Law, check},
};

const ROUND_TRIP: Law =
    Law { name: "round trip", words: "what is written as JSON is read back equal, and written alike." };
const CONTENT_HASH: Law = Law { name: "content hash", words: "equal specs hash equal, others do not." };

/// What is written as JSON is read back equal, and written alike.
///
/// ```
/// use allweather_testkit::{generate, laws};
/// laws::spec_round_trip(&generate::rules())?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the smallest value found.
pub fn spec_round_trip<S>(values: &S) -> Result<(), Broken>
where
    S: Strategy,
    S::Value: Serialize + DeserializeOwned + PartialEq,
{
    check(ROUND_TRIP, &Settings::default(), values, round_trip)
}

/// Equal values hash equal, however their JSON is spaced, and others do not: for a hash of your own, or that of [`Spec`](allweather_portfolio::Spec).
///
/// ```
/// use allweather_portfolio::Spec;
/// use allweather_testkit::{generate, laws};
/// use proptest::strategy::Strategy;
/// laws::spec_content_hash(&generate::cases().prop_map(|case| case.spec), Spec::content_hash)?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the smallest value, or two, found.
pub fn spec_content_hash<S>(values: &S, hash: impl Fn(&S::Value) -> String) -> Result<(), Broken>
where
    S: Strategy,
    S::Value: Serialize + DeserializeOwned + PartialEq,
{
    check(CONTENT_HASH, &Settings::default(), &(values, values), |(one, other)| {
        round_trip(one)?;
        let wide = serde_json::to_string_pretty(one).map_err(|e| Finding::error(&e))?;
        let read: S::Value = serde_json::from_str(&wide).map_err(|e| Finding::error(&e))?;
        let [first, again, another] = [one, &read, other].map(&hash);
        if first != again {
            return Err(Finding::new(format!("hash {first} after it is read back"), again));
        }
        if (one == other) != (first == another) {
            let expected =
                if one == other { "one hash for equal values" } else { "another hash for another value" };
            return Err(Finding::new(expected, format!("{first} and {another}")));
        }
        Ok(())
    })
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), Finding> {
    let text = serde_json::to_string(value)
        .map_err(|e| Finding::new("a value that can be written", e.to_string()))?;
    let read: T = serde_json::from_str(&text)
        .map_err(|e| Finding::new(format!("to read what was written: {text}"), format!("an error: {e}")))?;
    if read != *value {
        return Err(Finding::new(format!("the same value from {text}"), format!("{read:?}")));
    }
    let again = serde_json::to_string(&read).map_err(|e| Finding::error(&e))?;
    if again != text {
        return Err(Finding::new(text, again));
    }
    Ok(())
}
