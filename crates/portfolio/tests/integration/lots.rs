//! Actual operation: whole lots, smallest orders, commissions of each order.

use allweather_portfolio::{
    CostSpec, Operation, Spec,
    rebalance::{Lot, Outcome, UnderMinimum},
    rfr::RateHistory,
    simulate,
};
use allweather_testkit::{
    Case,
    generate::{actual_operations, cases},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{BASE, close, figures::rates_of};

fn double(x: Decimal) -> f64 {
    x.to_string().parse().unwrap()
}

fn lot_of(case: &Case, place: usize) -> (Lot, UnderMinimum) {
    let Operation::Actual { lot, lots, under_minimum, .. } = &case.spec.operation else { unreachable!() };
    let id = case.spec.holdings.as_slice()[place].part.name();
    (lots.iter().find(|l| l.asset == *id).map_or(*lot, |l| l.lot), *under_minimum)
}

proptest! {
    #[test]
    fn orders_are_whole_lots_of_the_smallest_size_or_more(case in cases(), operation in actual_operations()) {
        let case = case.operated(operation);
        let record = case.run().unwrap();
        for step in record.steps() {
            prop_assert!(step.cash >= 0.0);
            prop_assert_eq!(step.orders.len(), record.universe().len());
            for (place, order) in step.orders.iter().enumerate() {
                let (before, after) = (step.before[place], step.after[place]);
                let Some(price) = case.world.price(&record.universe()[place], step.month) else {
                    prop_assert_eq!(before, after);
                    continue;
                };
                let (lot, policy) = lot_of(&case, place);
                let (minimum, increment) = (double(lot.minimum()), double(lot.increment()));
                let units = ((after - before) / price).abs();
                // Units come back from values, and a cut leaves the rounding of the order that was cut.
                let noise = 1e-14 * step.value / price;
                let (steps, closes) = ((units / increment).round(), after == 0.0 && before > 0.0);
                let whole = (units - steps * increment).abs() <= noise;
                prop_assert!(whole || closes, "{} {order:?} {units} of {lot:?}", step.month);
                let still = units < 0.5 * increment && !closes;
                match order {
                    Outcome::Nothing | Outcome::Skipped => prop_assert!(still, "{order:?} {units}"),
                    Outcome::RoundTrip => {
                        prop_assert!(!still && units < minimum && policy == UnderMinimum::RoundTrip);
                    }
                    Outcome::Zeroed => prop_assert!(closes && policy == UnderMinimum::Zero),
                    Outcome::Cut => prop_assert!(still || after > before),
                    Outcome::Done => prop_assert!(closes || units >= minimum - noise, "{units} of {lot:?}"),
                    _ => unreachable!(),
                }
            }
        }
    }

    /// Both legs of a round trip, and the smallest commission of every order.
    #[test]
    fn every_order_pays_its_costs(case in cases(), operation in actual_operations()) {
        let mut case = case.operated(operation);
        case.spec.fx = None;
        let record = case.run().unwrap();
        for step in record.steps() {
            let mut expected = [0.0; 3];
            for (place, order) in step.orders.iter().enumerate() {
                let id = &record.universe()[place];
                let net = step.after[place] - step.before[place];
                let (lot, _) = lot_of(&case, place);
                let price = case.world.price(id, step.month).unwrap_or(1.0);
                // Less than half a step is rounding, but for the sale of all there is.
                let sold_out = step.after[place] == 0.0 && net < 0.0;
                if net.abs() < 0.5 * double(lot.increment()) * price && !sold_out && *order != Outcome::RoundTrip {
                    continue;
                }
                let mut legs = vec![net.abs()];
                if *order == Outcome::RoundTrip {
                    let least = double(lot.minimum()) * price;
                    legs = vec![least, least + net.abs()];
                }
                let minimum = match &case.spec.costs {
                    CostSpec::Published(costs) => {
                        let row = costs.assets().iter().find(|row| row.asset == *id).unwrap();
                        row.minimum.map_or(0.0, |m| double(m.amount()) * case.world.spot(m.currency(), step.month).unwrap())
                    }
                    _ => 0.0,
                };
                let [commission, slippage, fx] = rates_of(&case, id, step.month);
                for leg in legs {
                    expected[0] += (commission * leg).max(minimum);
                    expected[1] += slippage * leg;
                    expected[2] += fx * leg;
                }
            }
            let costs = [step.costs.commission, step.costs.slippage, step.costs.fx];
            for (ours, expected) in costs.into_iter().zip(expected) {
                prop_assert!(close(ours, expected, step.value, 1e-9), "{} {ours} {expected} {:?}", step.month, step.orders);
            }
        }
    }

    /// Orders come as near to the divisible trade as lots allow: with lots small enough, nothing is left to see.
    #[test]
    fn fine_lots_are_divisible_holdings(case in cases()) {
        let mut case = case;
        // Without smallest commissions, which lots have and divisible holdings do not.
        case.spec.costs = CostSpec::default();
        let divisible = case.clone().divisible().run().unwrap();
        let lot = Lot::new(Decimal::ZERO, Decimal::new(1, 9)).unwrap();
        case.spec.operation = Operation::Actual {
            lot,
            lots: Vec::new(),
            under_minimum: UnderMinimum::Skip,
            small_weights: None,
        };
        let fine = case.run().unwrap();
        for (a, b) in divisible.steps().zip(fine.steps()) {
            prop_assert!(close(a.value_after, b.value_after, a.value, 1e-6), "{} {} {}", a.month, a.value_after, b.value_after);
        }
    }
}

/// Both legs of a round trip by hand: 536 of 10 000 dollars are to be sold, the smallest order is 1 000.
#[test]
fn a_round_trip_pays_twice() {
    let text = "month,dollars_jpy,bills_jpy\n2020-01,100,100\n2020-02,112,100\n";
    let prices = allweather_market::PricePanel::from_csv("prices.csv", text).unwrap();
    let market = allweather_market::Market::new(BASE, prices);
    let spec = |minimum: &str| {
        let text = format!(
            r#"{{"name":"x","capital":2000000,
            "holdings":[{{"asset":"dollars","weight":0.5}},{{"asset":"bills","weight":0.5}}],
            "rule":{{"calendar":{{"every":"month","on":"end"}}}},
            "operation":{{"actual":{{"lot":{{"minimum":1000,"increment":1}},"under_minimum":"round_trip","small_weights":null,
              "lots":[{{"asset":"bills","lot":{{"minimum":1,"increment":1}}}}]}}}},
            "costs":{{"published":{{"fx_rate":0,"assets":[
              {{"asset":"dollars","max_rate":0,"base_slippage":0,"minimum":{{"amount":{minimum},"currency":"JPY"}}}},
              {{"asset":"bills","max_rate":0,"base_slippage":0}}]}}}}}}"#
        );
        Spec::from_json(&text).unwrap()
    };
    let record = simulate(&spec("50"), &market, &RateHistory::default()).unwrap();
    let (first, second) = (record.step(0).unwrap(), record.step(1).unwrap());
    // The first purchase is one order, the round trip two.
    assert_eq!(first.costs.commission, 50.0);
    assert_eq!(second.orders[0], Outcome::RoundTrip);
    assert_eq!(second.costs.commission, 100.0);
}
