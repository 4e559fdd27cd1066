use crate::{DatedAmount, MetricsError, Undefined, error::finite};

/// The money-weighted return a year, a fraction: the rate that discounts all flows to 0, called XIRR by spreadsheets.
///
/// ```text
/// Σ F_i · (1 + rate)^(−(d_i − d_0)/365) = 0        d_i − d_0 days since the first flow
/// ```
///
/// From the investor's side: paid in is negative, taken out is positive, and what is there at the end is taken out. Flows may
/// come in any order; those of one day are one flow.
///
/// All rates above −100 % are looked for, each isolated by bounds on value and slope. If there is more than one, none is given:
/// flows that change sign several times can have several, and a search from a guess would hide it.
///
/// # Errors
///
/// [`MetricsError::Amount`]; [`Undefined::NoSignChange`] when nothing was paid in or nothing taken out;
/// [`Undefined::SeveralRates`], [`Undefined::NoRate`], [`Undefined::TooLarge`].
///
/// # Examples
///
/// ```
/// use allweather_metrics::{DatedAmount, MetricsError, Undefined, xirr};
/// use chrono::NaiveDate;
/// let on = |year, amount| {
///     NaiveDate::from_ymd_opt(year, 1, 1).map(|date| DatedAmount::new(date, amount)).ok_or("no such day")
/// };
/// // 2021 has 365 days.
/// assert!((xirr(&[on(2021, -100.0)?, on(2022, 107.0)?])? - 0.07).abs() < 1e-12);
/// // Both 10 % and 20 % discount these to 0.
/// let mine = [on(2021, -100.0)?, on(2022, 230.0)?, on(2023, -132.0)?];
/// assert!(matches!(xirr(&mine), Err(MetricsError::Undefined(Undefined::SeveralRates { .. }))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// The function of that name in spreadsheets, actual/365; that the rate must be unique: Norstrøm 1972.
pub fn xirr(flows: &[DatedAmount]) -> Result<f64, MetricsError> {
    let mut flows = flows.iter().map(|flow| flow.finite()).collect::<Result<Vec<_>, _>>()?;
    flows.sort_by_key(|flow| flow.date);
    // Scaled by the largest, so that no sum is beyond a double.
    let scale = flows.iter().fold(0.0_f64, |largest, flow| largest.max(flow.amount.abs()));
    let first = flows.first().map(|flow| flow.date).unwrap_or_default();
    let mut series: Vec<Term> = Vec::new();
    for flow in &flows {
        let (years, amount) =
            ((flow.date - first).num_days() as f64 / 365.0, flow.amount / scale.max(f64::MIN_POSITIVE));
        match series.last_mut() {
            #[expect(clippy::float_cmp, reason = "the same day is the same number")]
            Some(last) if last.years == years => last.amount += amount,
            _ => series.push(Term { years, amount }),
        }
    }
    series.retain(|term| term.amount != 0.0);
    if !series.iter().any(|term| term.amount > 0.0) || !series.iter().any(|term| term.amount < 0.0) {
        return Err(Undefined::NoSignChange.into());
    }
    // Rates from 0 up discount from the first flow, those below 0 from the last: no power is ever above 1.
    let (first, last) = match (series.first(), series.last()) {
        (Some(first), Some(last)) => (first.years, last.years),
        _ => return Err(Undefined::NoSignChange.into()),
    };
    let from_first = Sum(series.iter().map(|t| Term { years: t.years - first, ..*t }).collect());
    // In the same order, so that both find the very same value at a rate of 0, where they meet.
    let from_last = Sum(series.iter().map(|t| Term { years: last - t.years, ..*t }).collect());
    let mut rates: Vec<f64> = from_first.roots().into_iter().map(f64::exp_m1).collect();
    rates.extend(from_last.roots().into_iter().filter(|&root| root > 0.0).map(|root| (-root).exp_m1()));
    match rates[..] {
        [rate] => Ok(finite(rate)?),
        [] => Err(Undefined::NoRate.into()),
        _ => Err(Undefined::SeveralRates { found: rates.len() }.into()),
    }
}

#[derive(Debug, Clone, Copy)]
struct Term {
    years: f64,
    amount: f64,
}

/// `f(x) = Σ amount · e^(−years · x)` for x ≥ 0, with years from 0 up.
#[derive(Debug)]
struct Sum(Vec<Term>);

impl Sum {
    /// The positive and the negative part of `Σ amount · years^power · e^(−years · x)`; both shrink as x grows.
    fn parts(&self, x: f64, power: i32) -> (f64, f64) {
        self.0.iter().fold((0.0, 0.0), |(up, down), term| {
            let value = term.amount * term.years.powi(power) * (-term.years * x).exp();
            if value > 0.0 { (up + value, down) } else { (up, down - value) }
        })
    }

    fn at(&self, x: f64) -> f64 {
        let (up, down) = self.parts(x, 0);
        up - down
    }

    /// Whether the sum of one power keeps its sign from a to b.
    fn keeps_sign(&self, a: f64, b: f64, power: i32) -> bool {
        let ((up_a, down_a), (up_b, down_b)) = (self.parts(a, power), self.parts(b, power));
        up_b > down_a || down_b > up_a
    }

    /// All roots from 0 up, ascending; where the sum touches 0 and turns, twice.
    fn roots(&self) -> Vec<f64> {
        // Beyond the end the term of 0 years outweighs all others together.
        let mut end = 1.0;
        let undiscounted = self.0.iter().min_by(|a, b| a.years.total_cmp(&b.years));
        let leading = undiscounted.map_or(0.0, |term| term.amount.abs());
        let others = |x: f64| {
            let (up, down) = self.parts(x, 0);
            up + down - leading
        };
        while others(end) >= leading && end < 1e9 {
            end *= 2.0;
        }
        let mut roots = Vec::new();
        self.isolate(0.0, end, &mut roots);
        roots
    }

    fn isolate(&self, a: f64, b: f64, roots: &mut Vec<f64>) {
        if self.keeps_sign(a, b, 0) {
            return;
        }
        if self.keeps_sign(a, b, 1) {
            // Monotonic: one root or none. The end belongs to the next stretch.
            let (at_a, at_b) = (self.at(a), self.at(b));
            if at_a == 0.0 {
                roots.push(a);
            } else if at_a * at_b < 0.0 {
                roots.push(self.bisect(a, b));
            }
            return;
        }
        let middle = a + (b - a) / 2.0;
        if b - a <= 1e-9 * (1.0 + b) || middle <= a || middle >= b {
            // Neither value nor slope leaves 0: a double root, or two that no one can tell apart.
            roots.extend([a, b]);
            return;
        }
        self.isolate(a, middle, roots);
        if roots.len() <= self.0.len() {
            self.isolate(middle, b, roots);
        }
    }

    fn bisect(&self, mut a: f64, mut b: f64) -> f64 {
        let rising = self.at(b) > 0.0;
        loop {
            let middle = a + (b - a) / 2.0;
            if middle <= a || middle >= b {
                return middle;
            }
            if (self.at(middle) > 0.0) == rising { b = middle } else { a = middle }
        }
    }
}
