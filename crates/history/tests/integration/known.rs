//! What was known on a date: nothing later is read.
use allweather_history::{Backfill, Series, Table};
use proptest::prelude::*;

use crate::{
    bootstrap, id, month,
    world::{full, late},
};

const PERIODS: usize = 110;

fn with_indicator(columns: &[Vec<Option<f64>>], indicator: Vec<Option<f64>>) -> Table {
    let series =
        columns.iter().enumerate().map(|(k, column)| Series::returns(id(&format!("s{k}")), column.clone()));
    let series = series.chain([Series::indicator(id("fx"), indicator)]);
    Table::new(month("1980-02"), series.collect()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_comes_later_changes_nothing(
        full in full(PERIODS, 2, 2),
        indicator in prop::collection::vec(-5.0..5.0_f64, PERIODS),
        known in 80..PERIODS - 1,
        other in prop::collection::vec(prop::collection::vec(prop::option::of(-1.0..0.9_f64), PERIODS), 5),
    ) {
        let columns = late(&full, 2, &[15, 25]);
        let indicator: Vec<Option<f64>> = indicator.into_iter().map(Some).collect();
        let changed = |column: &[Option<f64>], other: &[Option<f64>]| -> Vec<Option<f64>> {
            column.iter().take(known).chain(&other[known..]).copied().collect()
        };
        let later: Vec<_> = columns.iter().zip(&other).map(|(column, other)| changed(column, other)).collect();
        let day = month("1980-02").offset(i32::try_from(known).unwrap() - 1);
        let spec = Backfill::new(bootstrap(3)).with_hold_out(Some(20)).unwrap().with_known_until(Some(day));
        let then = spec.fill(&with_indicator(&columns, indicator.clone())).unwrap();
        let now = spec.fill(&with_indicator(&later, changed(&indicator, &other[4]))).unwrap();
        prop_assert_eq!(then.draws(), now.draws());
        prop_assert_eq!(then.trials(), now.trials());
        prop_assert_eq!((then.notes(), then.refused()), (now.notes(), now.refused()));
        prop_assert_eq!(then.estimated(), now.estimated());
        prop_assert_eq!((then.draws().dim().1, then.known_until()), (known, Some(day)));
        // It is the same as a table that ends there; with hindsight it would be another.
        let table = with_indicator(&columns, indicator);
        let cut = spec.clone().with_known_until(None).fill(&table.until(day).unwrap()).unwrap();
        prop_assert_eq!(cut.draws(), then.draws());
        let hindsight = spec.with_known_until(None).fill(&table).unwrap();
        prop_assert!((0..15).any(|t| hindsight.draws()[(0, t, 2)] != then.draws()[(0, t, 2)]));
    }
}

#[test]
fn a_date_before_the_table_knows_nothing() {
    let columns = vec![vec![Some(0.01); 40]];
    let table = crate::table(&columns);
    let spec = Backfill::new(bootstrap(1)).with_known_until(Some(month("1980-01")));
    let words = "what was known in 1980-01 is asked for, and the table begins in 1980-02";
    assert_eq!(spec.fill(&table).unwrap_err().to_string(), words);
    // A date after the table is all of it.
    let spec = spec.with_known_until(Some(month("2030-01")));
    assert_eq!(spec.fill(&table).unwrap().draws().dim(), (1, 40, 1));
}
