use crate::Growth;

/// So many assets side by side, for sums in lanes.
const LANES: usize = 4;

type Chunk = [f64; LANES];

/// The rows of a portfolio of fixed weights, laid out so that the growth of its walks on the kernel can be split.
#[derive(Debug)]
pub(crate) struct Split {
    weights: Vec<Chunk>,
    /// What they add up to, but for rounding 1.
    sum: f64,
    /// Growth of each asset and its logarithm, row after row.
    growth: Vec<Chunk>,
    logs: Vec<Chunk>,
}

fn chunked(row: &[f64], fill: f64) -> impl Iterator<Item = Chunk> {
    row.chunks(LANES).map(move |part| std::array::from_fn(|lane| part.get(lane).copied().unwrap_or(fill)))
}

fn folded([a, b, c, d]: Chunk) -> f64 {
    (a + b) + (c + d)
}

impl Split {
    /// `growth` is row after row, as many columns as weights.
    pub(crate) fn new(growth: &[f64], weights: &[f64]) -> Self {
        let rows = || growth.chunks(weights.len().max(1));
        let logs = |row: &[f64]| row.iter().map(|growth| growth.ln()).collect::<Vec<_>>();
        Self {
            weights: chunked(weights, 0.0).collect(),
            sum: weights.iter().sum(),
            growth: rows().flat_map(|row| chunked(row, 1.0)).collect(),
            logs: rows().flat_map(|row| chunked(&logs(row), 0.0).collect::<Vec<_>>()).collect(),
        }
    }

    pub(crate) fn walk(&self) -> Splitting<'_> {
        Splitting {
            split: self,
            units: self.weights.clone(),
            whole: self.sum,
            steps: 0,
            gross: 0.0,
            parts: 0.0,
        }
    }
}

/// The growth of one walk while it goes on.
#[derive(Debug)]
pub(crate) struct Splitting<'a> {
    split: &'a Split,
    /// What is held, as a multiple of what there was after the last trade.
    units: Vec<Chunk>,
    whole: f64,
    steps: usize,
    /// ln of the growth before costs, up to the last trade.
    gross: f64,
    /// Σ of the weighted mean of the parts' own growth.
    parts: f64,
}

impl Splitting<'_> {
    /// Begins another path: the weights are bought.
    pub(crate) fn begin(&mut self) {
        (self.steps, self.gross, self.parts) = (0, 0.0, 0.0);
        self.buy();
    }

    fn buy(&mut self) {
        self.units.copy_from_slice(&self.split.weights);
        self.whole = self.split.sum;
    }

    /// Holds on for a row; `traded` is whether all were traded to their weights after it.
    pub(crate) fn step(&mut self, row: usize, traded: bool) {
        let chunks = self.units.len();
        let of = row * chunks..(row + 1) * chunks;
        let (Some(growth), Some(logs)) = (self.split.growth.get(of.clone()), self.split.logs.get(of)) else {
            return;
        };
        let (mut mean, mut whole) = (Chunk::default(), Chunk::default());
        for ((units, growth), logs) in self.units.iter_mut().zip(growth).zip(logs) {
            for lane in 0..LANES {
                mean[lane] += units[lane] * logs[lane];
                units[lane] *= growth[lane];
                whole[lane] += units[lane];
            }
        }
        self.parts += folded(mean) / self.whole;
        self.whole = folded(whole);
        self.steps += 1;
        if traded {
            self.gross += (self.whole / self.split.sum).ln();
            self.buy();
        }
    }

    /// What the walk came to, whose value grew by this logarithm after costs.
    pub(crate) fn growth(&self, net: f64) -> Option<Growth> {
        let (parts, gross) = (self.parts, self.gross + (self.whole / self.split.sum).ln());
        let growth = Growth {
            years: self.steps as f64 / 12.0,
            excess: gross - parts,
            parts,
            overlay: 0.0,
            cost: gross - net,
        };
        (net.is_finite() && gross.is_finite() && parts.is_finite()).then_some(growth)
    }
}
