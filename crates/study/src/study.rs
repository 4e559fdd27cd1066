use std::borrow::Cow;

use allweather_market::{Market, Vintages};
use allweather_metrics::{Block, Bootstrap, optimal_block_length};
use allweather_portfolio::{
    Outcome, PortfolioError, Record, Simulation, Spec,
    iterations::ContentHash,
    rebalance::{Rebalancer, Rule},
    rfr::RateHistory,
};
use rayon::prelude::*;

use crate::{
    Growth, Job, JobResult, Resampling, Results, Span, StudyError, StudySpec, Tally, Variant, job::in_jobs,
    mix::Mix, source::Source, year_rates::YearRates,
};
use runner::{Drawn, Runner};

mod runner;

/// How many paths a job has, unless somebody says otherwise.
const PATHS_PER_JOB: u64 = 32;
const JOBS_OF_A_BATCH: usize = 8;
/// More would be no use, and starting them would take longer than most studies.
const MOST_THREADS: usize = 1024;

/// What figures are, hashed into each study's id. Raise it whenever the same study comes to other figures: results of two programs must not
/// merge.
const FIGURES: &str = "figures 2\n";

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
    spec: Cow<'a, StudySpec>,
    /// The variants' rules of their user's own.
    rules: Vec<Option<&'a dyn Rebalancer>>,
    /// The places of the variants that variants are held against.
    rivals: Vec<Option<usize>>,
    /// Where what each variant's premium is over is found among the specs; `None` for a variant that asks for none.
    held: Vec<Option<usize>>,
    /// The variants' specs, from the end of history to the end of a path; behind them those of buy and hold that no variant is.
    specs: Vec<Spec>,
    /// Those of them that are nothing but fixed weights, for the kernel of many paths.
    mixes: Vec<Option<Mix>>,
    /// Their prescribed rates, where it is enough to know how they settle.
    year_rates: Vec<Option<YearRates>>,
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
        Self::laid_out(Cow::Borrowed(spec), market, statistics)
    }

    pub(crate) fn laid_out(
        spec: Cow<'a, StudySpec>,
        market: &Market,
        statistics: &Vintages,
    ) -> Result<Self, StudyError> {
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
        let mut specs: Vec<_> = specs.collect();
        let held = held(spec.variants(), &mut specs);
        // The number of draws is not read: rows are asked for by path.
        let bootstrap = Bootstrap::new(1, spec.seed())?;
        let draws = match spec.resampling() {
            Resampling::Blocks(months) => Draws::Blocks(bootstrap, months as usize),
            Resampling::Stationary(Block::Mean(length)) => Draws::Stationary(bootstrap, length),
            Resampling::Stationary(_) => Draws::Stationary(bootstrap, longest_block(&source)?),
        };
        let id =
            ContentHash::of((FIGURES.to_owned() + &spec.canonical_json() + &source.describe()).as_bytes());
        let id = id.to_string();
        let place = |name: &String| spec.variants().iter().position(|variant| variant.name == *name);
        let rivals = spec.variants().iter().map(|variant| variant.against.as_ref().and_then(place)).collect();
        let rules = vec![None; specs.len()];
        let variant = |place: usize| spec.variants().get(place);
        let splits =
            |place: usize| variant(place).is_some_and(|of| of.premium) || held.contains(&Some(place));
        let own = |place: usize| variant(place).is_some_and(|of| of.own_rule.is_some());
        let mix = |(place, spec): (usize, &Spec)| {
            if own(place) { None } else { Mix::of(spec, &source, splits(place)) }
        };
        let mixes = specs.iter().enumerate().map(mix).collect();
        let year_rates = specs.iter().map(|spec| YearRates::of(spec, &source)).collect();
        Ok(Self { spec, rules, rivals, held, specs, mixes, year_rates, source, draws, id })
    }

    /// The same study with a rule of your own for a variant that says so ([`Variant::with_own_rule`](crate::Variant::with_own_rule)), in
    /// place of its spec's; vaults keep theirs. What the rule is cannot be seen from outside: its fingerprint stands for it in
    /// [`Study::id`].
    ///
    /// ```
    /// use allweather_portfolio::rebalance::{Decision, Reason, RebalanceError, Rebalancer, Review, Targets};
    /// use allweather_study::{Measure, Study, StudySpec, Variant};
    /// /// Trades when any asset is 2 % of the portfolio away.
    /// #[derive(Debug)]
    /// struct Two;
    /// impl Rebalancer for Two {
    ///     fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
    ///         let far = review.weights.iter().zip(review.targets).any(|(w, t)| (w - t).abs() > 0.02);
    ///         let reason = Reason::Other("two away".into());
    ///         Ok(if far { Decision::Rebalance(reason) } else { Decision::Hold(reason) })
    ///     }
    /// }
    /// let (data, spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
    /// let own = Variant::new("two", spec.clone()).with_own_rule("two, first version").against("quarterly");
    /// let spec = StudySpec::new(vec![Variant::new("quarterly", spec), own], 4, 60)?;
    /// let study = Study::new(&spec, &data.market, &data.statistics)?.with_rule("two", &Two)?;
    /// let results = study.run(1, &|_| ())?;
    /// let versus = results.tally("two").and_then(|tally| tally.versus()).ok_or("held against quarterly")?;
    /// assert!(versus.difference(Measure::Turnover).mean().is_some_and(|more| more != 0.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StudyError::Unnamed`] when no variant has the name, [`StudyError::NotOwn`] when the variant does not say that its rule is your own.
    pub fn with_rule(mut self, variant: &str, rule: &'a dyn Rebalancer) -> Result<Self, StudyError> {
        let refuse = || StudyError::Unnamed { variant: variant.to_owned() };
        let place = self.place(variant).ok_or_else(refuse)?;
        if self.spec.variants().get(place).is_none_or(|variant| variant.own_rule.is_none()) {
            return Err(StudyError::NotOwn { variant: variant.to_owned() });
        }
        self.rules[place] = Some(rule);
        Ok(self)
    }

    fn place(&self, variant: &str) -> Option<usize> {
        self.spec.variants().iter().position(|named| named.name == variant)
    }

    /// Lays out a variant's run, under its own rule if it has one.
    fn simulation<'s>(
        &'s self,
        variant: usize,
        market: &'s Market,
        rates: &'s RateHistory,
        path: u64,
    ) -> Result<Simulation<'s>, StudyError> {
        let simulation = Simulation::new(&self.specs[variant], market, rates);
        let simulation = simulation.map_err(|error| self.refuse(variant, path, error))?;
        match self.rules[variant] {
            Some(rule) => Ok(simulation.with_rule(rule)),
            None if self.spec.variants().get(variant).is_some_and(|of| of.own_rule.is_some()) => {
                Err(StudyError::RuleMissing { variant: self.name(variant) })
            }
            None => Ok(simulation),
        }
    }

    fn refuse(&self, variant: usize, path: u64, error: PortfolioError) -> StudyError {
        StudyError::Path { path, variant: self.name(variant), error: Box::new(error) }
    }

    /// The name of a variant, or of the buy and hold that one asks for.
    fn name(&self, place: usize) -> String {
        match self.spec.variants().get(place) {
            Some(variant) => variant.name.clone(),
            None => format!("buy and hold of {}", self.specs[place].name),
        }
    }

    /// What a variant comes to on a path, with its growth if it is to be split; `None` when the portfolio is lost.
    fn outcome(
        &self,
        variant: usize,
        market: &Market,
        rates: &RateHistory,
        path: u64,
        splits: bool,
    ) -> Result<Option<(Outcome, Option<Growth>)>, StudyError> {
        let simulation = self.simulation(variant, market, rates, path)?;
        let ran = if splits {
            // It is told from what was held at each step, which only a record has.
            simulation.run().map(|record| (record.outcome().clone(), Growth::of(&record, market)))
        } else {
            simulation.outcome().map(|outcome| (outcome, None))
        };
        match ran {
            Ok(ran) => Ok(Some(ran)),
            Err(PortfolioError::Lost { .. }) => Ok(None),
            Err(error) => Err(self.refuse(variant, path, error)),
        }
    }

    /// What the study is, the drawn data and a number for what this version computes included: two studies with one id have the same paths, and
    /// one build of the program comes to the same results.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its spec.
    #[must_use]
    pub fn spec(&self) -> &StudySpec {
        &self.spec
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
        (0..self.spec.variants().len()).flat_map(move |variant| in_jobs(variant, all.clone(), paths_per_job))
    }

    /// Runs one job: a pure function of the study and the job.
    ///
    /// # Errors
    ///
    /// [`StudyError::Job`] when it is not of this study, [`StudyError::RuleMissing`] when a rule of one's own was not handed over,
    /// [`StudyError::Path`] when a path cannot be run. A portfolio that is lost is a result.
    pub fn run_job(&self, job: &Job) -> Result<JobResult, StudyError> {
        let Job { variant, first, paths } = *job;
        let end = first.checked_add(paths).filter(|end| *end <= self.spec.paths() && paths > 0);
        let variants = self.spec.variants().len();
        let Some(end) = end.filter(|_| variant < variants) else {
            let of = self.spec.paths();
            return Err(StudyError::Job { variant, first, paths, variants, of });
        };
        let mut tally = Tally::default();
        let mut rows = Vec::with_capacity(self.spec.months() as usize);
        let (against, over) = (self.rivals[variant], self.held[variant]);
        let mut runner = Runner::new(self, variant, against, over.is_some());
        let mut rival = against.map(|rival| Runner::new(self, rival, Some(variant), over == against));
        // What runs anyway is not run again.
        let held = over.filter(|held| *held != variant && over != against);
        let mut held = held.map(|held| Runner::new(self, held, None, true));
        for path in first..end {
            self.draw(path, &mut rows);
            let mut drawn = Drawn::default();
            // What leaves the range of the kernel on one side runs on the engine on both.
            let walked = runner.walk(&rows) && rival.as_mut().is_none_or(|rival| rival.walk(&rows));
            let found = runner.run(path, &rows, walked, &mut drawn)?;
            tally.add(|measure| found.measure(measure), |event| found.event(event))?;
            if let Some(rival) = &mut rival {
                let other = rival.run(path, &rows, walked, &mut drawn)?;
                tally.compare(|measure| Some(found.measure(measure)? - other.measure(measure)?))?;
            }
            if let Some(over) = over {
                let of_held = match (&mut held, &rival) {
                    (Some(held), _) => held.grow(path, &rows, &mut drawn)?,
                    (None, Some(rival)) if over != variant => rival.growth(),
                    _ => runner.growth(),
                };
                let premium = runner.growth().zip(of_held).map(|(own, held)| own.premium_over(&held));
                tally.add_premium(premium.as_ref())?;
            }
        }
        Ok(JobResult { study: self.id.clone(), job: *job, tally })
    }

    /// Runs what `results` lack and adds it to them, in batches of 256 paths a thread; after each batch it calls `saved` with the results so
    /// far, to keep them. Where paths are quick, keeping every batch is slower than running it: keep one every few seconds, and the last one
    /// when this has returned.
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
        let mut missing = self.spec.variants().iter().zip(&self.rules);
        if let Some((variant, _)) = missing.find(|(of, rule)| of.own_rule.is_some() && rule.is_none()) {
            return Err(StudyError::RuleMissing { variant: variant.name.clone() });
        }
        let refused = |reason| StudyError::Threads { threads, reason };
        if threads > MOST_THREADS {
            return Err(refused(format!("there may be {MOST_THREADS}")));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| refused(e.to_string()))?;
        let mut jobs = results.remaining(PATHS_PER_JOB);
        let done = std::sync::atomic::AtomicU64::new(results.paths_done());
        // Few, so that little is lost with a batch, and enough that no thread waits long for the others at its end.
        let size = JOBS_OF_A_BATCH * pool.current_num_threads().max(1);
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
        let refuse = || StudyError::Unnamed { variant: variant.to_owned() };
        let place = self.place(variant).ok_or_else(refuse)?;
        let mut rows = Vec::new();
        self.draw(path, &mut rows);
        let (market, rates) = (self.source.market(&rows)?, self.source.rates(&self.specs[place], &rows)?);
        let simulation = self.simulation(place, &market, &rates, path)?;
        simulation.run().map_err(|error| self.refuse(place, path, error))
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

/// For each variant that asks for its premium the place of the spec that buys and holds the same; those that no variant is are added.
fn held(variants: &[Variant], specs: &mut Vec<Spec>) -> Vec<Option<usize>> {
    let place = |(place, variant): (usize, &Variant)| {
        let held = Spec { rule: Rule::Never, ..specs[place].clone() };
        let own = |place: usize| variants.get(place).is_some_and(|variant| variant.own_rule.is_some());
        variant.premium.then(|| {
            (0..specs.len()).find(|place| specs[*place] == held && !own(*place)).unwrap_or_else(|| {
                specs.push(held);
                specs.len() - 1
            })
        })
    };
    variants.iter().enumerate().map(place).collect()
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
