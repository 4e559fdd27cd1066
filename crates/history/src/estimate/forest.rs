use smartcore::{
    ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters},
    linalg::basic::matrix::DenseMatrix,
};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) trees: usize,
    pub(crate) leaf: usize,
    pub(crate) seed: u64,
}

/// What a forest says.
#[derive(Debug)]
pub(super) struct Grown {
    /// Of each month, `[periods]`.
    pub(super) path: Vec<f64>,
    /// Of each month it was grown on, by the trees that were not grown on it.
    pub(super) out_of_bag: Vec<f64>,
}

/// Grows a forest on `y` in these rows of the columns, `[periods]` each. `None` when the learner refuses, or a month is in the
/// sample of every tree.
pub(super) fn grow(columns: &[Vec<f64>], rows: &[usize], y: &[f64], settings: &Settings) -> Option<Grown> {
    let all: Vec<f64> = columns.iter().flatten().copied().collect();
    let periods = columns.first()?.len();
    let within: Vec<f64> =
        columns.iter().flat_map(|column| rows.iter().filter_map(|row| column.get(*row)).copied()).collect();
    let column_major = true;
    let all = DenseMatrix::new(periods, columns.len(), all, column_major).ok()?;
    let within = DenseMatrix::new(rows.len(), columns.len(), within, column_major).ok()?;
    let parameters = RandomForestRegressorParameters::default()
        .with_n_trees(settings.trees)
        .with_min_samples_leaf(settings.leaf)
        .with_min_samples_split(2 * settings.leaf)
        .with_m(columns.len().div_ceil(3))
        .with_keep_samples(true)
        .with_seed(settings.seed);
    let forest = RandomForestRegressor::fit(&within, &y.to_vec(), parameters).ok()?;
    let out_of_bag = forest.predict_oob(&within).ok()?;
    let path = forest.predict(&all).ok()?;
    out_of_bag.iter().all(|value| value.is_finite()).then_some(Grown { path, out_of_bag })
}
