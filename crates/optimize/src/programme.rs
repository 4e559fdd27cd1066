use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, Axis, Zip};

/// A convex programme in the form that the solver knows.
///
/// ```text
/// minimise   ½ w'Pw + ½ ρ w'w + q'v + Σ_j ( g_j u_j + ½ h_j u_j² )
/// over       v = (w, e), lower ≤ w ≤ upper, e free
/// with       u_j ≥ x_j = (design · w)_j + (shift · e)_j + constant_j,  and u_j ≥ 0 where the hinge is floored
/// and        A v + H u = b, or ≤ b, row by row
/// ```
///
/// A hinge is what exceeds nought: a loss beyond the value at risk, a return short of its target, a purchase. There are thousands of
/// them and each touches its own `u`, so they are eliminated one by one and never become rows of a matrix.
#[derive(Debug, Clone)]
pub(crate) struct Programme {
    /// P, `[assets, assets]`.
    pub(crate) quadratic: Option<Array2<f64>>,
    /// ρ.
    pub(crate) ridge: f64,
    /// q, one for each variable.
    pub(crate) linear: Vec<f64>,
    /// Lower and upper bound of each weight.
    pub(crate) bounds: Vec<(f64, f64)>,
    pub(crate) hinges: Vec<Hinges>,
    pub(crate) rows: Vec<Row>,
}

/// Hinges of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Hinges {
    pub(crate) design: Design,
    /// Which free variables enter each of them, and how often.
    pub(crate) shift: Vec<(usize, f64)>,
    /// What is added, one a hinge.
    pub(crate) constant: Array1<f64>,
    /// g, one a hinge.
    pub(crate) linear: Array1<f64>,
    /// h, one a hinge.
    pub(crate) curvature: Array1<f64>,
    /// Whether `u ≥ 0` must be said: a square finds its nought by itself.
    pub(crate) floored: bool,
    /// The rows in which `u` stands, with one coefficient a hinge: H.
    pub(crate) links: Vec<(usize, Array1<f64>)>,
}

/// What of the weights a hinge sees.
#[derive(Debug, Clone)]
pub(crate) enum Design {
    /// Each one row of a matrix `[hinges, assets]`.
    Dense(Array2<f64>),
    /// Each its own asset.
    Assets,
}

/// A row over the variables: `coefficients · v + links ≤ limit`, or `=`.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// One for each variable.
    pub(crate) coefficients: Vec<f64>,
    pub(crate) limit: f64,
    pub(crate) equal: bool,
}

/// Where the solver stopped: the best point it has been at.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Weights, then free variables.
    pub(crate) variables: Vec<f64>,
    /// One a row; not negative where the row is an inequality.
    pub(crate) rows: Vec<f64>,
    /// Multipliers of the lower and upper bounds.
    pub(crate) bounds: Vec<(f64, f64)>,
    /// Multipliers of the hinges, kind by kind.
    pub(crate) hinges: Vec<Vec<f64>>,
    pub(crate) iterations: usize,
}

impl Programme {
    pub(crate) fn assets(&self) -> usize {
        self.bounds.len()
    }

    /// Weights and free variables.
    pub(crate) fn variables(&self) -> usize {
        self.linear.len()
    }
}

impl Hinges {
    pub(crate) fn len(&self) -> usize {
        self.constant.len()
    }

    /// The linear part of x: `design · w + shift · e`.
    pub(crate) fn apply(&self, variables: &[f64], assets: usize) -> Array1<f64> {
        let weights = ndarray::ArrayView1::from(variables.get(..assets).unwrap_or_default());
        let mut x = match &self.design {
            Design::Dense(matrix) => matrix.dot(&weights),
            Design::Assets => weights.to_owned(),
        };
        let shift: f64 =
            self.shift.iter().map(|(at, times)| variables.get(*at).map_or(0.0, |v| v * times)).sum();
        x += shift;
        x
    }

    /// Adds the transpose of `apply` times `y` to `sum`.
    pub(crate) fn add_transposed(&self, y: &Array1<f64>, sum: &mut [f64]) {
        match &self.design {
            Design::Dense(matrix) => {
                let (sum, _) = sum.split_at_mut(matrix.ncols().min(sum.len()));
                add_rows(&matrix.view(), y, &mut ArrayViewMut1::from(sum));
            }
            Design::Assets => sum.iter_mut().zip(y).for_each(|(place, value)| *place += value),
        }
        let total = y.sum();
        for (at, times) in &self.shift {
            if let Some(place) = sum.get_mut(*at) {
                *place += times * total;
            }
        }
    }
}

/// Adds each row times its `y`. Row by row: down the columns every number would be fetched from afar; and four at once, such that the
/// sum is not.
fn add_rows(matrix: &ArrayView2<'_, f64>, y: &Array1<f64>, sum: &mut ArrayViewMut1<'_, f64>) {
    for (rows, y) in matrix.axis_chunks_iter(Axis(0), 4).zip(y.axis_chunks_iter(Axis(0), 4)) {
        if let [a, b, c, d] = y.as_slice().unwrap_or_default() {
            let sums = Zip::from(&mut *sum).and(rows.row(0)).and(rows.row(1)).and(rows.row(2));
            sums.and(rows.row(3)).for_each(|sum, p, q, r, s| *sum += (a * p + b * q) + (c * r + d * s));
        } else {
            for (row, y) in rows.rows().into_iter().zip(&y) {
                sum.scaled_add(*y, &row);
            }
        }
    }
}
