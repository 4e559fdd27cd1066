use ndarray::{Array1, Array2, ArrayView2, Axis, Slice, Zip, linalg::general_mat_mul};

use crate::programme::{Design, Hinges};

/// So many bent hinges an asset determine the matrix well. Of fewer each is needed as it is: a direction that none of them sees would be
/// ruled by what is out of date, and the search would go round in circles.
const WELL_DETERMINED: usize = 3;

/// `D'ΔD` of the hinges of one kind, kept from step to step.
///
/// Where a hinge bends, Δ goes to its curvature or to nought, and near the end all but a few are there.
#[derive(Debug)]
pub(crate) struct Gram {
    sum: Array2<f64>,
    /// The Δ that it was made with.
    used: Array1<f64>,
    /// Rows of D that are to be added: times the change of their Δ, and as they are.
    scaled: Array2<f64>,
    rows: Array2<f64>,
}

impl Gram {
    pub(crate) fn new(kind: &Hinges) -> Self {
        let (hinges, assets) = match &kind.design {
            Design::Dense(matrix) => matrix.dim(),
            Design::Assets => (0, 0),
        };
        Self {
            sum: Array2::zeros((assets, assets)),
            used: Array1::zeros(hinges),
            scaled: Array2::zeros((hinges, assets)),
            rows: Array2::zeros(if kind.floored { (0, assets) } else { (hinges, assets) }),
        }
    }

    /// With a new Δ, of the dense design of these hinges; a Δ that has changed by no more than a share of the curvature stays as it was.
    pub(crate) fn update(
        &mut self,
        design: &Array2<f64>,
        delta: &Array1<f64>,
        kind: &Hinges,
        share: f64,
    ) -> &Array2<f64> {
        if kind.floored {
            // Without a largest value, what is taken away again would leave its rounding behind: all anew.
            self.sum.fill(0.0);
            self.used.fill(0.0);
        }
        let bent = delta.iter().zip(&kind.curvature).filter(|(delta, curvature)| **delta > 0.5 * **curvature);
        let share = if bent.count() < WELL_DETERMINED * design.ncols() { 0.0 } else { share };
        let mut count = 0;
        let of_hinges = self.used.iter_mut().zip(delta).zip(&kind.curvature);
        for (row, ((used, delta), curvature)) in design.rows().into_iter().zip(of_hinges) {
            let change = delta - *used;
            if kind.floored || change.abs() > share * curvature {
                *used = *delta;
                let scaled = self.scaled.row_mut(count);
                Zip::from(scaled).and(row).for_each(|scaled, value| *scaled = change * value);
                if !kind.floored {
                    self.rows.row_mut(count).assign(&row);
                }
                count += 1;
            }
        }
        let rows = if kind.floored { design } else { &self.rows };
        let first = Slice::from(..count);
        add_gram(&self.scaled.slice_axis(Axis(0), first), &rows.slice_axis(Axis(0), first), &mut self.sum);
        &self.sum
    }
}

/// Adds `scaled' · matrix`, which is symmetric: the quarter above the diagonal blocks is mirrored, not computed.
pub(crate) fn add_gram(scaled: &ArrayView2<'_, f64>, matrix: &ArrayView2<'_, f64>, sum: &mut Array2<f64>) {
    let assets = matrix.ncols();
    let half = assets / 2;
    for (rows, columns) in
        [((0, half), (0, half)), ((half, assets), (half, assets)), ((half, assets), (0, half))]
    {
        let (rows, columns) = (Slice::from(rows.0..rows.1), Slice::from(columns.0..columns.1));
        let (left, right) = (scaled.slice_axis(Axis(1), rows), matrix.slice_axis(Axis(1), columns));
        let mut part = sum.slice_axis_mut(Axis(0), rows);
        let mut part = part.slice_axis_mut(Axis(1), columns);
        general_mat_mul(1.0, &left.t(), &right, 1.0, &mut part);
    }
    for row in 0..half {
        for column in half..assets {
            sum[(row, column)] = sum[(column, row)];
        }
    }
}
