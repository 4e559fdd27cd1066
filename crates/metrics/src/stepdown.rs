use ndarray::ArrayView2;
use serde::Serialize;

use crate::{Bootstrap, MetricsError, error::finite, rules::Rules};

/// What the stepdown test says of one of many rules.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Adjusted {
    /// The rule's mean over the benchmark, studentised, times √n.
    pub statistic: f64,
    /// How likely such a statistic is, given all rules that were tried, when the rule does not beat the benchmark: 0 to 1.
    pub p_value: f64,
}

/// For each of many rules, whether it beats the benchmark, corrected for all of them being tried: adjusted p-values of the stepdown test.
///
/// ```text
/// t_k  = √n d̄_k / ω_k,   t*_k = √n (d̄*_k − d̄_k) / ω_k            ordered t_1 ≥ t_2 ≥ …
/// p_1  = share of draws with max(t*_1, t*_2, …) ≥ t_1
/// p_k  = max( p_(k−1), share of draws with max(t*_k, t*_(k+1), …) ≥ t_k )
/// ```
///
/// | argument         | shape             | unit                                                              |
/// | ---------------- | ----------------- | ----------------------------------------------------------------- |
/// | `over_benchmark` | `[rules, periods]`| what the rule earned above the benchmark in the period, fraction   |
///
/// Of all rules with a p-value of 5 % or less, not one is a lucky one with a probability of 95 %. `None` stands for a rule that never
/// differs from the benchmark. Deviations ω and blocks are those of
/// [`superior_predictive_ability`](crate::superior_predictive_ability) \[our reading: the authors studentise each draw anew\], so the
/// smallest p-value, where the mean is above 0, is that test's `upper`. Shares are of draws as there \[our reading: the authors count the
/// sample itself as one more draw\].
///
/// # Errors
///
/// As [`reality_check`](crate::reality_check).
///
/// # Examples
///
/// ```
/// use allweather_metrics::{Bootstrap, stepdown};
/// use ndarray::Array2;
/// // Ten rules that throw dice each month; two of them earn 1 % a month more than that.
/// let dice = Bootstrap::new(1, 42)?;
/// let thrown = (0..10).flat_map(|rule| dice.periods_of_draw(rule, 120, 1.0));
/// let mut rules = Array2::from_shape_vec((10, 120), thrown.map(|eyes| (eyes as f64 - 59.5) * 5e-4).collect())?;
/// rules.row_mut(4).mapv_inplace(|earned| earned + 0.01);
/// rules.row_mut(7).mapv_inplace(|earned| earned + 0.01);
/// let p_values = stepdown(&rules, &Bootstrap::new(499, 7)?)?;
/// let told: Vec<usize> = (0..10).filter(|rule| p_values[*rule].is_some_and(|told| told.p_value < 0.05)).collect();
/// assert_eq!(told, [4, 7]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Romano and Wolf, *Stepwise Multiple Testing as Formalized Data Snooping*, 2005, and *Efficient Computation of Adjusted p-Values for
/// Resampling-Based Stepdown Multiple Testing*, 2016.
pub fn stepdown<'a>(
    over_benchmark: impl Into<ArrayView2<'a, f64>>,
    bootstrap: &Bootstrap,
) -> Result<Vec<Option<Adjusted>>, MetricsError> {
    let rules = Rules::new(over_benchmark, bootstrap)?;
    let deviations = rules.deviations()?;
    // Place, mean, deviation and statistic of each rule that differs from the benchmark.
    let places = deviations.iter().zip(&rules.means).enumerate();
    let differing = places.filter(|(_, (deviation, _))| **deviation > 0.0);
    let mut ranked: Vec<(usize, f64, f64, f64)> = differing
        .map(|(place, (deviation, mean))| (place, *mean, *deviation, mean * rules.root() / deviation))
        .collect();
    // The largest statistic first; of equal ones the first rule.
    ranked.sort_by(|a, b| b.3.total_cmp(&a.3));
    let mut as_large = vec![0_usize; ranked.len()];
    rules.each_draw(bootstrap, |drawn| {
        let mut largest = f64::NEG_INFINITY;
        for ((place, mean, deviation, statistic), count) in ranked.iter().zip(&mut as_large).rev() {
            let drawn = drawn.get(*place).copied().unwrap_or_default();
            largest = largest.max((drawn - mean) * rules.root() / deviation);
            *count += usize::from(largest >= *statistic);
        }
    });
    let mut told = vec![None; deviations.len()];
    let mut least = 0.0_f64;
    for ((place, _, _, statistic), count) in ranked.iter().zip(as_large) {
        least = least.max(count as f64 / bootstrap.draws() as f64);
        if let Some(told) = told.get_mut(*place) {
            *told = Some(Adjusted { statistic: finite(*statistic)?, p_value: least });
        }
    }
    Ok(told)
}
