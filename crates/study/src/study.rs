use allweather_market::{Market, Vintages};
use allweather_metrics::{Block, Bootstrap, optimal_block_length};
use allweather_portfolio::{PortfolioError, Record, Simulation, Spec, iterations::ContentHash, simulate};
use rayon::prelude::*;

use crate::{
    Job, JobResult, Resampling, Results, Span, StudyError, StudySpec, Tally, job::in_jobs, path::Walked,
    source::Source,
};

/// How many paths a job has, unless somebody says otherwise.
const PATHS_PER_JOB: u64 = 32;

/// A study that is laid out: specs, and history cut into months that can be drawn.
///
/// A path is the real past followed by drawn months; it depends on the study and on its number, on nothing else. Every job is a pure
/// function of the study, and results merge exactly, so any number of threads and processes gives the same bytes.
///
/// ```
/// use allweather_study::{Event, Measure, Study, StudySpec, Variant};
/// let (data, spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
/// let spec = StudySpec::new(vec![Variant::new("all weather", spec)], 8, 120)?.with_seed(7);
/// let study = Study::new(&spec, &data.market, &data.statistics)?;
/// let results = study.run(2, &|_| ())?;
/// let tally = results.tally("all weather").ok_or("not run")?;
/// assert_eq!(tally.paths(), 8);
/// println!("real value lost with a probability of {:?}", tally.event(Event::RealLoss).probability());
/// println!("median return {:?}", tally.measure(Measure::AnnualReturn).quantile(0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Study<'a> {
    spec: &'a StudySpec,
    /// The variants' specs, from the end of history to the end of a path.
    specs: Vec<Spec>,
    source: Source,
    draws: Draws,
    id: String,
}

#[derive(Debug)]
enum Draws {
    Stationary(Bootstrap, f64),
    Blocks(Bootstrap, usize),
}

impl<'a> Study<'a> {
    /// Lays out a study on a market and its statistics.
    ///
    /// Drawn are the months in which every held asset, the exchange rates of those in foreign money and, where they are hedged, the short
    /// rates have values: the longest such span, unless the study names one. Other exchange rates, consumer prices and statistics of the
    /// prescribed rate with holes in it are left out of all paths ([`Study::left_out`]): there the overlay takes no position, and the
    /// spec's policy on missing indicators decides.
    ///
    /// # Errors
    ///
    /// [`StudyError`] naming the asset, currency or series that is missing and the month; [`StudyError::NoBlockLength`] when an automatic
    /// one cannot be found.
    pub fn new(spec: &'a StudySpec, market: &Market, statistics: &Vintages) -> Result<Self, StudyError> {
        let specs = spec.variants().iter().map(|variant| &variant.spec);
        let span = spec.span().map(|span| (span.first, span.last));
        let source = Source::new(specs, market, statistics, span, spec.past() as usize)?;
        let (start, months) = (source.span.1, spec.months());
        let end = i32::try_from(months).ok().map(|months| start.offset(months));
        let end = end.filter(|end| end.months_since(start).cast_unsigned() == months);
        let end = end.ok_or(StudyError::Calendar { months, last: start })?;
        let specs = spec.variants().iter().map(|variant| Spec {
            start: Some(start),
            end: Some(end),
            ..variant.spec.clone()
        });
        let specs = specs.collect();
        // The number of draws is not read: rows are asked for by path.
        let bootstrap = Bootstrap::new(1, spec.seed())?;
        let draws = match spec.resampling() {
            Resampling::Blocks(months) => Draws::Blocks(bootstrap, months as usize),
            Resampling::Stationary(Block::Mean(length)) => Draws::Stationary(bootstrap, length),
            Resampling::Stationary(_) => Draws::Stationary(bootstrap, longest_block(&source)?),
        };
        let id = ContentHash::of((spec.canonical_json() + &source.describe()).as_bytes()).to_string();
        Ok(Self { spec, specs, source, draws, id })
    }

    /// What the study is, the drawn data included: two studies with one id have the same paths and the same results.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its spec.
    #[must_use]
    pub fn spec(&self) -> &StudySpec {
        self.spec
    }

    /// The months that are drawn from. A path begins at the end of the last one.
    #[must_use]
    pub fn span(&self) -> Span {
        let (first, last) = self.source.span;
        Span { first, last }
    }

    /// The series that are not drawn because they have holes in the span.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        &self.source.left_out
    }

    /// The share of the drawn returns of held assets that are estimates, 0 to 1.
    #[must_use]
    pub fn estimated_share(&self) -> f64 {
        self.source.estimated
    }

    /// The mean length of the blocks, months.
    #[must_use]
    pub fn block_length(&self) -> f64 {
        match self.draws {
            Draws::Stationary(_, length) => length,
            Draws::Blocks(_, length) => length as f64,
        }
    }

    /// The study in jobs of up to so many paths, 1 or more, variant after variant.
    pub fn jobs(&self, paths_per_job: u64) -> impl Iterator<Item = Job> + use<> {
        let all = 0..self.spec.paths();
        (0..self.specs.len()).flat_map(move |variant| in_jobs(variant, all.clone(), paths_per_job))
    }

    /// Runs one job: a pure function of the study and the job.
    ///
    /// # Errors
    ///
    /// [`StudyError::Job`] when it is not of this study, [`StudyError::Path`] when a path cannot be run. A portfolio that is lost is a
    /// result.
    pub fn run_job(&self, job: &Job) -> Result<JobResult, StudyError> {
        let Job { variant, first, paths } = *job;
        let end = first.checked_add(paths).filter(|end| *end <= self.spec.paths() && paths > 0);
        let (Some(spec), Some(end)) = (self.specs.get(variant), end) else {
            let (variants, of) = (self.specs.len(), self.spec.paths());
            return Err(StudyError::Job { variant, first, paths, variants, of });
        };
        let mut tally = Tally::default();
        let mut rows = Vec::with_capacity(self.spec.months() as usize);
        for path in first..end {
            self.draw(path, &mut rows);
            let market = self.source.market(&rows)?;
            let rates = self.source.rates(spec, &rows)?;
            let outcome = Simulation::new(spec, &market, &rates).and_then(|simulation| simulation.outcome());
            let outcome = match outcome {
                Ok(outcome) => Some(outcome),
                Err(PortfolioError::Lost { .. }) => None,
                Err(error) => {
                    let variant =
                        self.spec.variants().get(variant).map_or_else(String::new, |v| v.name.clone());
                    return Err(StudyError::Path { path, variant, error: Box::new(error) });
                }
            };
            let walked = Walked::new(spec, self.spec.ruin_level(), outcome.as_ref(), &rates)?;
            tally.add(|measure| walked.measure(measure), |event| walked.event(event))?;
        }
        Ok(JobResult { study: self.id.clone(), job: *job, tally })
    }

    /// Runs what `results` lack and adds it to them, in batches; after each batch it calls `saved` with the results so far, to keep them.
    /// What is interrupted goes on from the results that were kept.
    ///
    /// `threads` is their number, 0 for one for each core; it changes no byte of the result. `progress` is told the paths that are done,
    /// over all variants, from any thread.
    ///
    /// # Errors
    ///
    /// [`StudyError::Results`] when the results are of another study; those of [`Study::run_job`] and of `saved`; [`StudyError::Threads`].
    pub fn resume(
        &self,
        results: &mut Results,
        threads: usize,
        progress: &(dyn Fn(u64) + Sync),
        mut saved: impl FnMut(&Results) -> Result<(), StudyError>,
    ) -> Result<(), StudyError> {
        results.of_study(self)?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| StudyError::Threads { threads, reason: e.to_string() })?;
        let mut jobs = results.remaining(PATHS_PER_JOB);
        let done = std::sync::atomic::AtomicU64::new(results.paths_done());
        // So many that saving is rare beside running, and that results which wait to be merged are few whatever the number of paths.
        let size = 64 * pool.current_num_threads().max(1);
        loop {
            let batch: Vec<Job> = jobs.by_ref().take(size).collect();
            if batch.is_empty() {
                return Ok(());
            }
            let ran: Result<Vec<JobResult>, StudyError> = pool.install(|| {
                let one = |job: &Job| {
                    let result = self.run_job(job)?;
                    let paths = job.paths;
                    progress(done.fetch_add(paths, std::sync::atomic::Ordering::Relaxed) + paths);
                    Ok(result)
                };
                batch.par_iter().map(one).collect()
            });
            for result in ran? {
                results.add(&result)?;
            }
            saved(results)?;
        }
    }

    /// Runs the whole study: [`Study::resume`] from nothing.
    ///
    /// # Errors
    ///
    /// As [`Study::resume`].
    pub fn run(&self, threads: usize, progress: &(dyn Fn(u64) + Sync)) -> Result<Results, StudyError> {
        let mut results = Results::new(self);
        self.resume(&mut results, threads, progress, |_| Ok(()))?;
        Ok(results)
    }

    /// The rows of a path.
    fn draw(&self, path: u64, rows: &mut Vec<usize>) {
        rows.clear();
        let (all, months) = (self.source.rows(), self.spec.months() as usize);
        match &self.draws {
            Draws::Stationary(bootstrap, length) => {
                rows.extend(bootstrap.rows_of_draw(path, all, *length).take(months));
            }
            Draws::Blocks(bootstrap, length) => {
                rows.extend(bootstrap.blocks_of_draw(path, all, *length).take(months));
            }
        }
    }

    /// The full record of one path of a variant, by its name: what a job sums up, step by step, for a report.
    ///
    /// # Errors
    ///
    /// [`StudyError::Unnamed`] when no variant has the name; as [`Study::run_job`]; [`StudyError::Path`] when the portfolio is lost.
    pub fn record_of_path(&self, variant: &str, path: u64) -> Result<Record, StudyError> {
        let mut specs = self.spec.variants().iter().zip(&self.specs);
        let found = specs.find(|(named, _)| named.name == variant);
        let (_, spec) = found.ok_or_else(|| StudyError::Unnamed { variant: variant.to_owned() })?;
        let mut rows = Vec::new();
        self.draw(path, &mut rows);
        let (market, rates) = (self.source.market(&rows)?, self.source.rates(spec, &rows)?);
        let refuse = |error| StudyError::Path { path, variant: variant.to_owned(), error: Box::new(error) };
        simulate(spec, &market, &rates).map_err(refuse)
    }

    /// The market of a path, to look at it or to run something else on it.
    ///
    /// # Errors
    ///
    /// [`StudyError::Market`] when drawn levels leave the range of doubles.
    pub fn market_of_path(&self, path: u64) -> Result<Market, StudyError> {
        let mut rows = Vec::new();
        self.draw(path, &mut rows);
        self.source.market(&rows)
    }
}

/// The longest of the block lengths that are best for each asset.
fn longest_block(source: &Source) -> Result<f64, StudyError> {
    let mut longest = 1.0_f64;
    for (instrument, track) in &source.assets {
        let returns: Vec<f64> = track.factors().iter().map(|factor| factor - 1.0).collect();
        let best = optimal_block_length(&returns);
        longest = longest.max(
            best.map_err(|reason| StudyError::NoBlockLength { series: instrument.id.to_string(), reason })?,
        );
    }
    Ok(longest)
}
