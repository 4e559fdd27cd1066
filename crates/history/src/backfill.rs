use std::slice::from_ref;

use allweather_core::{AssetId, Month};
use allweather_metrics::Bootstrap;
use ndarray::Array3;
use serde::{Deserialize, Serialize};

use crate::{
    Fill, Filled, HistoryError, Method, Note, Outcome, Refusal, SeriesKind, Table, Trial,
    estimate::{Fitted, mean},
    filled::Parts,
    plan::{LEAST_RETURN, Plan},
    sample::Sample,
    score::scores,
};

/// The most numbers an answer holds: 2 GiB of them.
const MOST_NUMBERS: usize = 1 << 28;

/// A later candidate takes the place of an earlier one when its score is smaller by more than this share of it: less is rounding.
const BETTER: f64 = 1e-9;

/// An R² below this is worth a warning `[our reading]`.
const LOW_R_SQUARED: f64 = 0.3;

#[expect(clippy::unnecessary_wraps, reason = "serde wants the type of the field")]
const fn ten_years() -> Option<u16> {
    Some(120)
}

/// Explaining series whose mean moves by more deviations than this are worth a warning `[our reading]`.
const FAR: f64 = 1.0;

const fn yes() -> bool {
    true
}

/// How short series are made long: by which methods, with how many draws, chosen by which hold-out, and known until when.
///
/// For each series to fill the candidates are tried on its first known months, which are hidden from them, those of all series at once.
/// The one with the smallest [`Score::crps`](crate::Score::crps) is fitted to everything that is known and makes the draws:
///
/// ```text
/// y_t = E[y_t | what is known in t] + e*        e* = √(S/(S − k)) (e_d − ē), d drawn from the overlap
/// ```
///
/// S is the length of the overlap and k the number of estimated coefficients; errors of a forest are out of the bag and not scaled. One
/// month d serves all series that are missing in t, so that their errors stay together; blocks of months keep autocorrelation. Without e*
/// the volatility of what is filled would be too small by the factor R.
///
/// On the wire, with its defaults left out, `{"bootstrap":{"draws":1000,"seed":7,"block":"automatic"}}`; the other fields are
/// `candidates`, `residuals` (true), `hold_out` (120 months, or null) and `known_until` (null).
///
/// ```
/// use allweather_history::{Backfill, Method};
/// use allweather_metrics::Bootstrap;
/// let spec = Backfill::new(Bootstrap::new(1000, 7)?)
///     .with_candidates(vec![Method::Stambaugh, Method::Em])?
///     .with_hold_out(Some(60))?
///     .with_known_until(Some("1995-12".parse()?));
/// assert_eq!(spec.candidates().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §7, asks for estimated history that stays marked. Stambaugh, *Analyzing Investments Whose Histories Differ in
/// Length*, 1997; residual bootstrap: Efron 1979; blocks: Politis and Romano 1994. Hold-out of 120 months, gates and the way of choosing are
/// `[our reading]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Backfill {
    fields: Fields,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    bootstrap: Bootstrap,
    #[serde(default = "Method::all")]
    candidates: Vec<Method>,
    #[serde(default = "yes")]
    residuals: bool,
    #[serde(default = "ten_years")]
    hold_out: Option<u16>,
    #[serde(default)]
    known_until: Option<Month>,
}

impl Backfill {
    /// With so many draws from a seed: all methods as candidates, residuals drawn, 120 months held out, everything known.
    #[must_use]
    pub fn new(bootstrap: Bootstrap) -> Self {
        let candidates = Method::all();
        Self {
            fields: Fields {
                bootstrap,
                candidates,
                residuals: true,
                hold_out: ten_years(),
                known_until: None,
            },
        }
    }

    /// The same with other methods to choose from; of equals the first is chosen.
    ///
    /// # Errors
    ///
    /// [`HistoryError::Candidates`], [`HistoryError::Setting`] for a parameter out of range, [`HistoryError::NoHoldOut`] when there
    /// are several and no hold-out.
    pub fn with_candidates(mut self, candidates: Vec<Method>) -> Result<Self, HistoryError> {
        self.fields.candidates = candidates;
        self.fields.try_into()
    }

    /// The same with another number of months to hide from each series, or with none.
    ///
    /// # Errors
    ///
    /// [`HistoryError::Setting`] under 12 months; [`HistoryError::NoHoldOut`] when there are several candidates and no hold-out.
    pub fn with_hold_out(mut self, months: Option<u16>) -> Result<Self, HistoryError> {
        self.fields.hold_out = months;
        self.fields.try_into()
    }

    /// The same as known at the end of a month: nothing after it is read, and the answer ends with it. With `None` everything in the
    /// table is used, also to estimate what was before: that is hindsight.
    #[must_use]
    pub fn with_known_until(mut self, month: Option<Month>) -> Self {
        self.fields.known_until = month;
        self
    }

    /// The same without residuals: conditional means alone, each draw like the other. **Volatility is then too small**; for comparison.
    #[must_use]
    pub fn without_residuals(mut self) -> Self {
        self.fields.residuals = false;
        self
    }

    /// The methods to choose from.
    #[must_use]
    pub fn candidates(&self) -> &[Method] {
        &self.fields.candidates
    }

    /// Draws, seed and blocks.
    #[must_use]
    pub fn bootstrap(&self) -> Bootstrap {
        self.fields.bootstrap
    }

    /// How many months of each series are hidden to choose by.
    #[must_use]
    pub fn hold_out(&self) -> Option<u16> {
        self.fields.hold_out
    }

    /// The month after which nothing is read.
    #[must_use]
    pub fn known_until(&self) -> Option<Month> {
        self.fields.known_until
    }

    /// Whether residuals are drawn.
    #[must_use]
    pub fn residuals(&self) -> bool {
        self.fields.residuals
    }

    /// Fills the gaps of a table.
    ///
    /// A series that no candidate fills is left out of the answer and named in [`Filled::refused`].
    ///
    /// # Errors
    ///
    /// [`HistoryError::NothingKnown`] when the table begins after the stated month, [`HistoryError::Unknown`] for a factor that the table
    /// does not have, [`HistoryError::TooLarge`].
    ///
    /// # Examples
    ///
    /// See the [crate](crate).
    pub fn fill(&self, table: &Table) -> Result<Filled, HistoryError> {
        let Fields { bootstrap, ref candidates, residuals, hold_out, known_until } = self.fields;
        for factor in candidates.iter().flat_map(factors) {
            if !table.has(factor) {
                return Err(HistoryError::Unknown { series: factor.clone() });
            }
        }
        let table = &match known_until {
            Some(month) => table.until(month)?,
            None => table.clone(),
        };
        let returns = table.series().iter().filter(|series| series.kind == SeriesKind::Returns).count();
        let (draws, periods) = (bootstrap.draws(), table.periods());
        if draws.checked_mul(periods).and_then(|n| n.checked_mul(returns)).is_none_or(|n| n > MOST_NUMBERS) {
            return Err(HistoryError::TooLarge { draws, periods, series: returns, limit: MOST_NUMBERS });
        }
        let (sample, mut refused) = Sample::of(table);
        let fit = |sample: &Sample| -> Vec<Fitted> {
            candidates.iter().map(|method| Fitted::of(method, sample, bootstrap.seed())).collect()
        };
        let fitted = fit(&sample);
        let scored = hold_out.map(|months| {
            let masked = sample.masked(months.into());
            let of = |fitted: &Fitted| {
                let plan_of = |chosen| Plan::of(&masked.0, from_ref(fitted), chosen, bootstrap, residuals);
                scores(&sample, &masked, fitted, plan_of, draws)
            };
            fit(&masked.0).iter().map(of).collect::<Vec<_>>()
        });
        let score = |method: usize, series: usize| *scored.as_ref()?.get(method)?.get(series)?;

        let groups = sample.groups();
        let (mut trials, mut notes) = (Vec::new(), Vec::new());
        let mut chosen = vec![None; sample.columns.len()];
        for series in sample.short() {
            let Some(name) = sample.names.get(series) else { continue };
            let (mut best, mut reason): (Option<(usize, f64)>, Option<Refusal>) = (None, None);
            for (place, (method, fit)) in candidates.iter().zip(&fitted).enumerate() {
                let mut of_series = groups.iter().filter(|group| group.missing.contains(&series));
                let refusal = of_series.find_map(|group| fit.estimate(&sample, group, series).err());
                let outcome = match (refusal, score(place, series)) {
                    (Some(refusal), _) => {
                        reason.get_or_insert(refusal.clone());
                        Outcome::Refused(refusal)
                    }
                    (None, Some(score)) => Outcome::Scored(score),
                    (None, None) => Outcome::NotScored,
                };
                let loss = match &outcome {
                    Outcome::Scored(score) => Some(score.crps),
                    Outcome::NotScored => Some(f64::INFINITY),
                    Outcome::Refused(_) => None,
                };
                if let Some(loss) = loss
                    && best.is_none_or(|(_, least)| least - loss > BETTER * loss.abs())
                {
                    best = Some((place, loss));
                }
                trials.push(Trial { series: name.clone(), method: method.clone(), outcome });
            }
            match best {
                None => refused.push((name.clone(), reason.unwrap_or(Refusal::NoWholeSeries))),
                Some((place, loss)) => {
                    if loss.is_infinite() && hold_out.is_some() {
                        notes.push(Note::NotScored { series: name.clone() });
                    }
                    if let Some(chosen) = chosen.get_mut(series) {
                        *chosen = Some(place);
                    }
                }
            }
        }
        let plan = Plan::of(&sample, &fitted, chosen.clone(), bootstrap, residuals);
        for (series, refusal) in &plan.dropped {
            refused.extend(sample.names.get(*series).map(|name| (name.clone(), refusal.clone())));
        }
        self.draw(table, &sample, &plan, &chosen, Parts { trials, notes, refused })
    }

    fn draw(
        &self,
        table: &Table,
        sample: &Sample,
        plan: &Plan,
        chosen: &[Option<usize>],
        mut parts: Parts,
    ) -> Result<Filled, HistoryError> {
        let draws = self.fields.bootstrap.draws();
        let support = |series: usize| plan.supports.get(series).copied().flatten();
        let kept: Vec<usize> = (0..sample.columns.len())
            .filter(|series| sample.returns.get(*series) == Some(&true))
            .filter(|series| support(*series).is_some() || sample.rows_of(*series).len() == sample.periods)
            .collect();
        let shape = (draws, sample.periods, kept.len());
        let too_large =
            HistoryError::TooLarge { draws, periods: shape.1, series: shape.2, limit: MOST_NUMBERS };

        let mut place_of = vec![None; sample.columns.len()];
        let (mut series, mut fills) = (Vec::new(), Vec::new());
        for (place, member) in kept.iter().enumerate() {
            let Some(name) = sample.names.get(*member) else { continue };
            series.push(name.clone());
            if let Some(at) = place_of.get_mut(*member) {
                *at = Some(place);
            }
            let method = chosen.get(*member).copied().flatten();
            let method = method.and_then(|method| self.fields.candidates.get(method));
            fills.push(method.zip(support(*member)).map(|(method, support)| {
                if support.r_squared < LOW_R_SQUARED {
                    parts
                        .notes
                        .push(Note::LowRSquared { series: name.clone(), r_squared: support.r_squared });
                }
                parts.notes.extend(far(sample, *member, factors(method)));
                Fill {
                    method: method.clone(),
                    months: support.months,
                    overlap: support.overlap,
                    coefficients: support.numbers,
                    r_squared: support.r_squared,
                    block: support.block,
                }
            }));
        }
        // What is known, once for each draw; what is not is written over.
        let column = |name: &AssetId| table.series().iter().find(|series| series.id == *name);
        let columns: Vec<&[Option<f64>]> =
            series.iter().filter_map(|name| Some(&*column(name)?.values)).collect();
        let cell = |row: usize| columns.iter().map(move |column| column.get(row).copied().flatten());
        let known: Vec<f64> =
            (0..sample.periods).flat_map(|row| cell(row).map(Option::unwrap_or_default)).collect();
        let estimated: Vec<bool> =
            (0..sample.periods).flat_map(|row| cell(row).map(|v| v.is_none())).collect();
        let mut values: Vec<f64> = Vec::new();
        values.try_reserve_exact(draws * sample.periods * kept.len()).map_err(|_| too_large.clone())?;
        let mut limited = vec![0_usize; kept.len()];
        for draw in 0..draws {
            let start = values.len();
            values.extend_from_slice(&known);
            plan.draw(draw, |row, series, value| {
                let Some(place) = place_of.get(series).copied().flatten() else { return };
                if let Some(at) = values.get_mut(start + row * kept.len() + place) {
                    *at = value;
                }
                if value <= LEAST_RETURN
                    && let Some(count) = limited.get_mut(place)
                {
                    *count += 1;
                }
            });
        }
        for (cells, series) in limited.into_iter().zip(&series).filter(|(cells, _)| *cells > 0) {
            parts.notes.push(Note::Limited { series: series.clone(), cells });
        }
        let estimated = ndarray::Array2::from_shape_vec((shape.1, shape.2), estimated);
        let values = Array3::from_shape_vec(shape, values);
        let (Ok(values), Ok(estimated)) = (values, estimated) else { return Err(too_large) };
        Ok(Filled::new(table.first_month(), self.fields.known_until, series, fills, values, estimated, parts))
    }
}

/// The explaining series that is farthest from its mean of the overlap where a series is missing, when that is far.
fn far(sample: &Sample, series: usize, factors: &[AssetId]) -> Option<Note> {
    let rows = sample.rows_of(series);
    let missing: Vec<usize> =
        (0..sample.periods).filter(|row| sample.value(*row, series).is_none()).collect();
    let distance = |explaining: &usize| {
        let overlap = sample.at(&rows, *explaining);
        let centre = mean(&overlap);
        let variance = mean(&overlap.iter().map(|x| (x - centre).powi(2)).collect::<Vec<_>>());
        (mean(&sample.at(&missing, *explaining)) - centre).abs() / variance.sqrt()
    };
    let named = sample.whole().into_iter().filter_map(|place| Some((place, sample.names.get(place)?)));
    let named = named.filter(|(_, name)| factors.is_empty() || factors.contains(name));
    let farthest =
        named.map(|(place, name)| (distance(&place), name)).max_by(|one, other| one.0.total_cmp(&other.0));
    let (deviations, explaining) =
        farthest.filter(|(deviations, _)| *deviations > FAR && deviations.is_finite())?;
    let series = sample.names.get(series)?.clone();
    Some(Note::FarFromOverlap { series, explaining: explaining.clone(), deviations })
}

fn factors(method: &Method) -> &[AssetId] {
    match method {
        Method::Factors { on } => on,
        _ => &[],
    }
}

impl TryFrom<Fields> for Backfill {
    type Error = HistoryError;
    fn try_from(fields: Fields) -> Result<Self, HistoryError> {
        let candidates = &fields.candidates;
        let count = candidates.len();
        let again = |(place, method): &(usize, &Method)| candidates.iter().take(*place).any(|m| m == *method);
        let distinct = count - candidates.iter().enumerate().filter(again).count();
        if count == 0 || distinct < count {
            return Err(HistoryError::Candidates { count, distinct });
        }
        for method in candidates {
            method.check()?;
        }
        match fields.hold_out {
            None if count > 1 => Err(HistoryError::NoHoldOut { count }),
            Some(months) if months < 12 => Err(HistoryError::Setting {
                what: "a hold-out in months",
                value: months.into(),
                rule: "12 or more",
            }),
            _ => Ok(Self { fields }),
        }
    }
}

impl From<Backfill> for Fields {
    fn from(spec: Backfill) -> Self {
        spec.fields
    }
}
