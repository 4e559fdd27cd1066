//! Times as the peers' scripts take them, and the check that comes before.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use benches::clock::{peak_memory, processor_seconds};
use serde_json::{Map, Value, json};

/// A run shorter than this is repeated until it lasts so long, seconds.
const SHORTEST: f64 = 0.02;

/// What is measured: who, how often, and what has to come out.
pub(crate) struct Bench<'a> {
    pub(crate) workload: &'a str,
    pub(crate) peer: &'a str,
    pub(crate) runs: usize,
    /// Names with values and the relative difference that is let pass.
    pub(crate) expected: &'a [(&'a str, f64, f64)],
}

/// What a run came to, by name.
pub(crate) type Figures = Vec<(&'static str, f64)>;

impl Bench<'_> {
    /// Checks the first call against what is expected, then measures, and prints a line.
    pub(crate) fn measure<T>(
        &self,
        mut run: impl FnMut() -> Result<T, Box<dyn Error>>,
        figures: impl Fn(&T) -> Figures,
    ) -> Result<(), Box<dyn Error>> {
        let started = Instant::now();
        let found = figures(&run()?);
        let first = started.elapsed().as_secs_f64();
        self.check(&found)?;
        let started = Instant::now();
        black_box(run()?);
        let one = started.elapsed().as_secs_f64();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
        let repeats = ((SHORTEST / one.max(1e-7)) as usize).max(1);
        let (mut wall, mut processor) = (Vec::new(), Vec::new());
        for _ in 0..self.runs {
            let (started, used) = (Instant::now(), processor_seconds());
            for _ in 0..repeats {
                black_box(run()?);
            }
            processor.push((processor_seconds() - used) / repeats as f64);
            wall.push(started.elapsed().as_secs_f64() / repeats as f64);
        }
        wall.sort_by(f64::total_cmp);
        let result: Map<String, Value> =
            found.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let line = json!({
            "workload": self.workload, "peer": self.peer, "n": self.runs, "reps": repeats,
            "median_s": median(&mut wall), "min_s": wall.first(), "max_s": wall.last(),
            "cpu_s": median(&mut processor), "cpu_min_s": processor.first(),
            "first_call_s": first, "peak_rss_mb": peak_memory()?, "result": result,
        });
        println!("{line}");
        Ok(())
    }

    fn check(&self, found: &Figures) -> Result<(), String> {
        for (name, expected, tolerance) in self.expected {
            let value = found.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
            let near = value.is_some_and(|value| (value - expected).abs() <= tolerance * expected.abs());
            if !near {
                let Self { workload, peer, .. } = self;
                return Err(format!("{workload}, {peer}: {name} is {value:?} and must be {expected}"));
            }
        }
        Ok(())
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().saturating_sub(1) / 2)?, values.get(values.len() / 2)?);
    Some(0.5 * (low + high))
}
