//! 30 assets over 11 000 days, traded to their targets on the first day of each month with costs of 10 bp: the engine with the record off
//! and on.
#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a generator's bits are cut, and fractions of 2^52 are not negative"
)]

use std::hint::black_box;

use allweather_core::Currency;
use allweather_market::{Frequency, Instrument, Market, PricePanel};
use allweather_portfolio::{Simulation, Spec, rfr::RateHistory};
use chrono::{Datelike, NaiveDate};
use criterion::{Criterion, criterion_group, criterion_main};

const ASSETS: usize = 30;
const DAYS: usize = 11_000;

/// The generator behind `numpy.random.default_rng(20240102)`: PCG XSL RR 128/64 (O'Neill 2014) in the state that this seed gives.
///
/// The prices must be those of the file that the peers read, so numpy's own ways to a Student's t are here. `rand_pcg` has the step below and no
/// more of it, and `rand_distr` takes other bits for its normal and gamma variables.
struct Generator {
    state: u128,
    normal: Ziggurat,
}

impl Generator {
    const INCREMENT: u128 = 129_364_805_460_095_549_892_979_816_617_931_880_445;

    fn new() -> Self {
        let state = 74_468_400_960_813_397_899_968_828_355_912_332_892;
        Self { state, normal: Ziggurat::new() }
    }

    fn bits(&mut self) -> u64 {
        self.state =
            self.state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(Self::INCREMENT);
        let [high, low] = [self.state >> 64, self.state].map(|part| (part & u128::from(u64::MAX)) as u64);
        (high ^ low).rotate_right((self.state >> 122) as u32)
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Marsaglia and Tsang 2000, "The Ziggurat Method for Generating Random Variables".
    fn normal(&mut self) -> f64 {
        loop {
            let bits = self.bits();
            let (layer, sign, place) = ((bits & 0xff) as usize, bits >> 8 & 1, bits >> 9 & ((1 << 52) - 1));
            let signed = |x: f64| if sign == 1 { -x } else { x };
            let Layer { width, inner, height } = self.normal.0[layer];
            let x = place as f64 * width;
            if place < inner {
                return signed(x);
            }
            if layer == 0 {
                loop {
                    let beyond = -(-self.unit()).ln_1p() / Ziggurat::TAIL;
                    let other = -(-self.unit()).ln_1p();
                    if other + other > beyond * beyond {
                        let x = Ziggurat::TAIL + beyond;
                        return if place >> 8 & 1 == 1 { -x } else { x };
                    }
                }
            }
            let above = self.normal.0[layer - 1].height;
            if (above - height) * self.unit() + height < (-0.5 * x * x).exp() {
                return signed(x);
            }
        }
    }

    /// Marsaglia and Tsang 2000, "A Simple Method for Generating Gamma Variables", for shapes above 1.
    fn gamma(&mut self, shape: f64) -> f64 {
        let b = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * b).sqrt();
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = self.unit();
            if u < 1.0 - 0.0331 * (x * x) * (x * x) || u.ln() < 0.5 * x * x + b * (1.0 - v + v.ln()) {
                return b * v;
            }
        }
    }

    /// Student's t with five degrees of freedom.
    fn student(&mut self) -> f64 {
        let (x, gamma) = (self.normal(), self.gamma(2.5));
        2.5_f64.sqrt() * x / gamma.sqrt()
    }
}

#[derive(Clone, Copy, Default)]
struct Layer {
    width: f64,
    inner: u64,
    height: f64,
}

/// 256 layers of one area under `exp(−x²/2)`.
struct Ziggurat([Layer; 256]);

impl Ziggurat {
    const TAIL: f64 = 3.654_152_885_361_009;

    fn new() -> Self {
        let density = |x: f64| (-0.5 * x * x).exp();
        let area = 0.004_928_673_233_974_658;
        let places = (1_u64 << 52) as f64;
        let mut edges = [0.0; 256];
        edges[255] = Self::TAIL;
        for i in (1..255).rev() {
            edges[i] = (-2.0 * (area / edges[i + 1] + density(edges[i + 1])).ln()).sqrt();
        }
        let mut layers = [Layer::default(); 256];
        for (i, layer) in layers.iter_mut().enumerate() {
            let (edge, within) = match i {
                0 => (area / density(Self::TAIL), Self::TAIL),
                _ => (edges[i], edges[i - 1]),
            };
            let height = if i == 0 { 1.0 } else { density(edge) };
            *layer = Layer { width: edge / places, inner: (within / edge * places) as u64, height };
        }
        Self(layers)
    }
}

/// Prices with one common factor and fat tails, on weekdays from 1980 on.
fn prices() -> PricePanel {
    let mut generator = Generator::new();
    let scale = (3.0_f64 / 5.0).sqrt();
    let between = |from: f64, to: f64, i: usize| {
        if i + 1 == ASSETS { to } else { from + i as f64 * ((to - from) / 29.0) }
    };
    let common: Vec<f64> = (0..DAYS).map(|_| generator.student() * scale).collect();
    let mut logs = [0.0; ASSETS];
    let mut columns = vec![vec![Some(100.0)]; ASSETS];
    for common in common {
        for (i, column) in columns.iter_mut().enumerate() {
            let (drift, volatility, beta) =
                (between(0.02, 0.10, i), between(0.04, 0.22, i), between(0.2, 0.8, i));
            let own = generator.student() * scale;
            let shock = beta * common + (1.0 - beta * beta).sqrt() * own;
            logs[i] +=
                (drift - volatility * volatility / 2.0) / 252.0 + volatility / 252.0_f64.sqrt() * shock;
            // In the file that the peers read, prices have six decimals.
            column.push(Some((100.0 * logs[i].exp() * 1e6).round_ties_even() / 1e6));
        }
    }
    let first = NaiveDate::from_ymd_opt(1980, 1, 1).unwrap();
    let weekdays = first.iter_days().filter(|day| day.weekday().number_from_monday() <= 5);
    let columns = columns.into_iter().enumerate().map(|(i, levels)| {
        (Instrument { id: format!("a{i:02}").parse().unwrap(), currency: Currency::JPY }, levels)
    });
    PricePanel::new(Frequency::Daily, weekdays.take(DAYS + 1).collect(), columns.collect()).unwrap()
}

fn daily_calendar(criterion: &mut Criterion) {
    let weight = |i: usize| [0.02, 0.03, 0.05][i / 10];
    let holdings: Vec<_> =
        (0..ASSETS).map(|i| format!(r#"{{"asset":"a{i:02}","weight":{}}}"#, weight(i))).collect();
    let spec = format!(
        r#"{{"name":"first day of each month","capital":1000000,"holdings":[{}],
            "rule":{{"calendar":{{"every":"month","on":"start"}}}},"costs":{{"proportional":"0.001"}}}}"#,
        holdings.join(",")
    );
    let (spec, market) = (Spec::from_json(&spec).unwrap(), Market::new(Currency::JPY, prices()));
    let rates = RateHistory::default();
    let simulation = Simulation::new(&spec, &market, &rates).unwrap();
    // A time counts only if the result is the reference's.
    let outcome = simulation.outcome().unwrap();
    let close =
        |ours: f64, reference: f64| assert!((ours / reference - 1.0).abs() < 1e-12, "{ours} {reference}");
    close(outcome.final_value, 15_802_555.663_265_362);
    close(outcome.turnover, 14.632_189_184_917);
    close(outcome.costs.total(), 81_547.014_772_0);
    assert_eq!(outcome.rebalances, 506);

    let mut group = criterion.benchmark_group("monthly calendar, 30 assets x 11 000 days");
    group.bench_function("lay out", |b| {
        b.iter(|| Simulation::new(black_box(&spec), &market, &rates).unwrap());
    });
    group.bench_function("record off", |b| b.iter(|| black_box(&simulation).outcome().unwrap()));
    group.bench_function("record on", |b| b.iter(|| black_box(&simulation).run().unwrap()));
    group.finish();
}

criterion_group!(benches, daily_calendar);
criterion_main!(benches);
