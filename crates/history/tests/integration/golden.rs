//! Values of a program in numpy, scipy and scikit-learn, written from the formulas.
use allweather_history::{Backfill, Filled, Method, Moments, Table};
use serde_json::Value;

use crate::{bootstrap, by, factors, id, near, table};

fn file(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn gaps() -> Value {
    file(include_str!("../data/gaps.json"))
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn columns(rows: &Value) -> Vec<Vec<Option<f64>>> {
    let rows = rows.as_array().unwrap();
    (0..rows[0].as_array().unwrap().len()).map(|j| rows.iter().map(|row| row[j].as_f64()).collect()).collect()
}

#[track_caller]
fn same_moments(found: &Moments, expected: &Value, tolerance: f64) {
    for (i, (found_mean, expected_mean)) in found.mean.iter().zip(floats(&expected["mean"])).enumerate() {
        near(*found_mean, expected_mean, tolerance);
        for (j, expected) in floats(&expected["covariance"][i]).into_iter().enumerate() {
            near(found.covariance.matrix()[(i, j)], expected, tolerance);
        }
    }
    assert_eq!(found.series.len(), 5);
}

/// Conditional means: one draw without residuals.
fn means(method: Method, table: &Table) -> Filled {
    by(method, 1).without_residuals().fill(table).unwrap()
}

#[test]
fn moments_of_unequal_histories() {
    let gaps = gaps();
    let table = table(&columns(&gaps["table"]));
    same_moments(&Moments::stambaugh(&table).unwrap(), &gaps["stambaugh"], 1e-12);
    // What expectation and maximisation settle at.
    same_moments(&Moments::em(&table).unwrap(), &gaps["stambaugh"], 1e-10);
}

#[test]
fn moments_with_holes() {
    let gaps = gaps();
    let table = table(&columns(&gaps["with_holes"]));
    same_moments(&Moments::em(&table).unwrap(), &gaps["em_with_holes"], 1e-10);
    assert!(Moments::stambaugh(&table).is_err());
}

#[test]
fn stambaugh_goes_from_long_to_short() {
    let gaps = gaps();
    let filled = means(Method::Stambaugh, &table(&columns(&gaps["table"])));
    for (t, row) in gaps["stambaugh_path"].as_array().unwrap().iter().enumerate() {
        for (j, expected) in floats(row).into_iter().enumerate() {
            near(filled.draws()[(0, t, j + 2)], expected, 1e-12);
        }
    }
    for (j, expected) in floats(&gaps["stambaugh_r2"]).into_iter().enumerate() {
        near(filled.fill(&id(&format!("s{}", j + 2))).unwrap().r_squared, expected, 1e-12);
    }
    let fill = filled.fill(&id("s4")).unwrap();
    assert_eq!((fill.months, fill.overlap, fill.coefficients), (50, 70, 4));
}

#[test]
fn em_fills_holes() {
    let gaps = gaps();
    let filled = means(Method::Em, &table(&columns(&gaps["with_holes"])));
    let cells = gaps["em_cells"].as_array().unwrap();
    for cell in cells {
        let at = |k: usize| usize::try_from(cell[k].as_u64().unwrap()).unwrap();
        near(filled.draws()[(0, at(0), at(1))], cell[2].as_f64().unwrap(), 1e-10);
    }
    for (j, expected) in floats(&gaps["em_r2"]).into_iter().enumerate() {
        near(filled.fill(&id(&format!("s{}", j + 2))).unwrap().r_squared, expected, 1e-9);
    }
    assert_eq!(cells.len(), filled.estimated().iter().filter(|mark| **mark).count());
}

#[test]
fn regressions_on_whole_series() {
    let gaps = gaps();
    let table = table(&columns(&gaps["with_holes"]));
    let share = gaps["first_share"].as_f64().unwrap();
    let one_component = Method::PrincipalComponents { share: share - 1e-6 };
    let two_components = Method::PrincipalComponents { share: share + 1e-6 };
    // All components are all factors, turned.
    let cases = [(factors(), "factors"), (one_component, "components"), (two_components, "factors")];
    for (method, name) in cases {
        let filled = means(method, &table);
        for (j, expected) in gaps[name].as_array().unwrap().iter().enumerate() {
            let series = id(&format!("s{}", j + 2));
            let cells = (0..120).filter(|t| filled.method(*t, &series).is_some());
            let found: Vec<f64> = cells.map(|t| filled.draws()[(0, t, j + 2)]).collect();
            let path = floats(&expected["path"]);
            assert_eq!(found.len(), path.len());
            for (found, expected) in found.into_iter().zip(path) {
                near(found, expected, 1e-12);
            }
            near(filled.fill(&series).unwrap().r_squared, expected["r2"].as_f64().unwrap(), 1e-12);
        }
    }
}

/// Every draw is the conditional mean and one row of scaled residuals, the same month for all series.
#[test]
fn draws_add_whole_rows_of_scaled_residuals() {
    let gaps = gaps();
    let all = columns(&gaps["with_holes"]);
    let table = table(&all);
    let (mean, filled) = (means(factors(), &table), by(factors(), 40).fill(&table).unwrap());
    let scale = |j: usize| gaps["factors"][j - 2]["scale"].as_f64().unwrap();
    // Months 0 to 29 lack all three: an overlap has all three.
    let overlap: Vec<usize> = (0..120).filter(|t| all.iter().all(|column| column[*t].is_some())).collect();
    let residual = |t: usize, j: usize| {
        // The regression again, from its fitted values: least squares of the known on the two whole series.
        let rows: Vec<usize> = (0..120).filter(|t| all[j][*t].is_some()).collect();
        let fitted = ols(&rows, &all, j);
        (all[j][t].unwrap() - fitted(t)) * scale(j)
    };
    let pools: Vec<Vec<f64>> = (2..5)
        .map(|j| {
            let pool: Vec<f64> = overlap.iter().map(|t| residual(*t, j)).collect();
            let centre = pool.iter().sum::<f64>() / 64.0;
            assert_eq!(pool.len(), 64);
            pool.into_iter().map(|e| e - centre).collect()
        })
        .collect();
    for draw in 0..40 {
        for t in 0..30 {
            let error = |j: usize| filled.draws()[(draw, t, j)] - mean.draws()[(0, t, j)];
            let row = (0..64).find(|d| (0..3).all(|k| (error(k + 2) - pools[k][*d]).abs() < 1e-12));
            assert!(row.is_some(), "draw {draw}, month {t}");
        }
    }
}

/// What a longer series is off by is passed on to the shorter one that it explains.
#[test]
fn stambaugh_passes_errors_on() {
    let gaps = gaps();
    let table = table(&columns(&gaps["table"]));
    let mean = means(Method::Stambaugh, &table);
    let filled = by(Method::Stambaugh, 40).fill(&table).unwrap();
    let pool: Vec<Vec<f64>> = gaps["stambaugh_pool"].as_array().unwrap().iter().map(floats).collect();
    assert_eq!(pool.len(), 70);
    for draw in 0..40 {
        for t in 0..30 {
            let error = |j: usize| filled.draws()[(draw, t, j)] - mean.draws()[(0, t, j)];
            let same =
                |row: &Vec<f64>| row.iter().zip(2..).all(|(expected, j)| (error(j) - expected).abs() < 1e-12);
            assert!(pool.iter().any(same), "draw {draw}, month {t}");
        }
    }
}

/// Normal equations of two factors, by Cramer's rule.
fn ols(rows: &[usize], all: &[Vec<Option<f64>>], j: usize) -> impl Fn(usize) -> f64 {
    let n = f64::from(u32::try_from(rows.len()).unwrap());
    let mean = |k: usize| rows.iter().map(|t| all[k][*t].unwrap()).sum::<f64>() / n;
    let product = |k: usize, l: usize| {
        rows.iter().map(|t| (all[k][*t].unwrap() - mean(k)) * (all[l][*t].unwrap() - mean(l))).sum::<f64>()
    };
    let (a, b, d, u, v) = (product(0, 0), product(0, 1), product(1, 1), product(0, j), product(1, j));
    let (first, second) = ((u * d - v * b) / (a * d - b * b), (v * a - u * b) / (a * d - b * b));
    let (x, y, z) = (mean(0), mean(1), mean(j));
    let (one, other) = (all[0].clone(), all[1].clone());
    move |t| z + first * (one[t].unwrap() - x) + second * (other[t].unwrap() - y)
}

/// With an R² of .505 a conditional mean has .711 of the volatility; with residuals it has all of it.
#[test]
fn residuals_give_volatility_back() {
    let case = file(include_str!("../data/r505.json"));
    let known: Vec<Option<f64>> = floats(&case["short"]).into_iter().map(Some).collect();
    let mut short = known;
    let mut long: Vec<Option<f64>> = floats(&case["long"]).into_iter().map(Some).collect();
    // A first month that is missing makes it a short series.
    short.insert(0, None);
    long.insert(0, Some(0.0));
    let table = table(&[long, short]);
    let hidden = u16::try_from(case["hidden"].as_u64().unwrap()).unwrap();
    let spec = Backfill::new(bootstrap(5000))
        .with_candidates(vec![Method::Stambaugh])
        .and_then(|spec| spec.with_hold_out(Some(hidden)))
        .unwrap();
    let score = |spec: Backfill| *spec.fill(&table).unwrap().score(&id("s1")).unwrap();
    let expected = |name: &str| case[name].as_f64().unwrap();

    let without = score(spec.clone().without_residuals());
    near(expected("r_squared"), 0.505, 1e-6);
    near(without.volatility_ratio, expected("without"), 1e-12);
    near(without.volatility_ratio, 0.505_f64.sqrt(), 1e-4);
    assert!(without.coverage < 0.01 && without.kolmogorov_smirnov > 0.05);

    let with = score(spec);
    assert_eq!(with.months, 240);
    // What is drawn agrees to the error of either program's draws.
    near(with.volatility_ratio, expected("with"), 2e-3);
    near(with.kolmogorov_smirnov, expected("kolmogorov_smirnov"), 2e-3);
    near(with.coverage, expected("coverage"), 1e-2);
    near(with.rmse, expected("rmse"), 2e-4);
    near(without.rmse, expected("rmse_without"), 1e-12);
    near(with.correlation_error.unwrap(), expected("correlation_error"), 2e-3);
}
