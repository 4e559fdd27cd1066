use allweather_testkit::{generate, laws};
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_run_keeps_the_laws_of_records(case in generate::cases()) {
        let record = case.run()?;
        laws::record::cash_never_negative(&record)?;
        laws::record::value_conserved(&record)?;
        laws::record::flows_are_no_return(&case.world, &record)?;
    }

    /// On other prices than it was run on, a record is found out: the law does compute returns itself.
    #[test]
    fn returns_of_another_world_are_found_out(case in generate::cases()) {
        let record = case.run()?;
        let mut world = case.world.clone();
        // Lots may be too large to hold anything.
        let Some(held) = record.step(0).unwrap().after.iter().position(|h| *h > 0.0) else { return Ok(()) };
        let Some(second) = record.step(1) else { return Ok(()) };
        let month = second.month;
        let row = world.row(month).unwrap();
        let asset = world.assets.iter_mut().find(|a| a.id == record.universe()[held]).unwrap();
        asset.prices[row] = asset.prices[row].map(|price| 1.01 * price);
        let broken = laws::record::flows_are_no_return(&world, &record).unwrap_err();
        prop_assert!(broken.expected.ends_with(&format!("on {}", month.last_day())), "{broken}");
    }
}
