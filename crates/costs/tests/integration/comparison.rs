use std::collections::BTreeMap;

use allweather_core::{Currency, Money, Rate};
use allweather_costs::fills::{
    ArrivalPrice, Charged, Compared, Comparison, ComparisonRules, DayVolatility, Estimates, Evidence, Fill,
    FlexXml, Instrument, InstrumentKind, LeftOutReason, NoSuggestion, Original, Revision, Statement,
    StatementReader, SymbolMap,
};
use allweather_costs::{AssetCosts, ExchangeRate, PublishedCosts, RatioBasis};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};
use serde_json::Value;

use crate::statements::day;
use crate::usd;

fn symbols() -> SymbolMap {
    serde_json::from_str(
        r#"[{"symbol":"VTI","asset":"us"},{"symbol":"GLD","asset":"gold"},{"symbol":"FOO","asset":"foo"}]"#,
    )
    .unwrap()
}

/// 5 bp of commission and 4 bp of slippage for `us`, with a minimum of a dollar.
fn costs() -> PublishedCosts {
    let row = |asset: &str, minimum| AssetCosts {
        asset: asset.parse().unwrap(),
        max_rate: Rate::from_bps(dec!(5)),
        base_slippage: Rate::from_bps(dec!(4)),
        minimum,
    };
    PublishedCosts::new(vec![row("us", Some(usd(dec!(1)))), row("gold", None)], Rate::from_bps(dec!(0.2)))
        .unwrap()
}

fn fill(id: &str, order: &str, symbol: &str, quantity: Decimal, price: Decimal) -> Fill {
    let mut it =
        Fill::new(id, Instrument::new(symbol, InstrumentKind::Stock, Currency::USD), day(4), quantity, price);
    it.order = Some(order.to_owned());
    it.to_base = Some(dec!(150));
    it
}

fn of(fills: Vec<Fill>) -> Statement {
    let mut it = Statement::new("Interactive Brokers", "U1");
    it.base_currency = Some(Currency::JPY);
    it.fills = fills;
    it
}

fn compare(statement: Statement) -> Comparison {
    Estimates::new(&costs(), &symbols()).compare(&[statement]).unwrap()
}

fn close(found: Decimal, expected: &Value, what: &str) {
    let expected: Decimal = expected.as_str().unwrap().parse().unwrap();
    assert!((found - expected).abs() < dec!(0.000000000000000000001), "{what}: {found} and {expected}");
}

fn same(found: &Compared, expected: &Value) {
    assert_eq!(found.orders, usize::try_from(expected["orders"].as_u64().unwrap()).unwrap());
    assert_eq!(found.above, usize::try_from(expected["above"].as_u64().unwrap()).unwrap());
    close(found.value, &expected["value"], "value");
    close(found.estimated, &expected["estimated"], "estimated");
    close(found.actual, &expected["actual"], "actual");
    for (rate, name) in [(found.worst, "worst"), (found.mean, "mean")] {
        match rate {
            Some(rate) => close(rate.fraction(), &expected[name], name),
            None => assert!(expected[name].is_null(), "{name}"),
        }
    }
}

#[test]
fn a_fill_that_two_statements_tell_counts_once() {
    let both =
        of(vec![fill("1", "A", "VTI", dec!(10), dec!(250)), fill("2", "A", "VTI", dec!(4), dec!(251))]);
    let second = of(vec![fill("2", "A", "VTI", dec!(4), dec!(251)), fill("3", "B", "BAR", dec!(4), dec!(1))]);
    let mut elsewhere = of(vec![fill("2", "A", "VTI", dec!(4), dec!(251))]);
    elsewhere.account = "U2".to_owned();
    let (costs, symbols) = (costs(), symbols());
    let compared = |statements: &[Statement]| Estimates::new(&costs, &symbols).compare(statements).unwrap();
    let merged = both.clone().merge(second.clone()).unwrap();
    let once = compared(&[merged, elsewhere.clone()]);
    assert_eq!(once.orders().iter().map(|order| order.value).collect::<Vec<_>>(), [dec!(3504), dec!(1004)]);
    assert_eq!(once.left_out().len(), 1);
    assert_eq!(compared(&[both, second.clone(), second, elsewhere]), once);
}

/// 42 orders in 84 fills, 15 of them over midnight, commissions in four currencies, rebates, stamp duty; the answers are of a Python
/// program with decimals of 40 digits that was written from the formulas, without sight of this code.
#[test]
fn a_month_is_compared_as_another_program_does() {
    let golden: Value = serde_json::from_str(include_str!("../data/fills_march.json")).unwrap();
    let part = |name: &str| golden[name].clone();
    let statements = FlexXml.read("march.xml", include_bytes!("../data/fills_march.xml")).unwrap();
    let arrivals: Vec<ArrivalPrice> = serde_json::from_value(part("arrivals")).unwrap();
    let statements: Vec<_> = statements.into_iter().map(|it| it.with_arrivals(&arrivals).unwrap()).collect();
    let costs: PublishedCosts = serde_json::from_value(part("costs")).unwrap();
    let symbols: SymbolMap = serde_json::from_value(part("symbols")).unwrap();
    let volatilities: Vec<DayVolatility> = serde_json::from_value(part("volatilities")).unwrap();
    let euro = [ExchangeRate::new(Currency::EUR, Currency::USD, dec!(1.1)).unwrap()];
    let estimates = Estimates::new(&costs, &symbols).with_volatilities(&volatilities).with_rates(&euro);
    let compared = estimates.compare(&statements).unwrap();
    assert!(compared.left_out().is_empty(), "{:?}", compared.left_out());
    let expected = golden["assets"].as_array().unwrap();
    assert_eq!(compared.assets().len(), expected.len());
    for (asset, expected) in compared.assets().iter().zip(expected) {
        assert_eq!(asset.asset.as_str(), expected["asset"].as_str().unwrap());
        assert_eq!(asset.currency.code(), expected["currency"].as_str().unwrap());
        assert_eq!(asset.orders as u64, expected["orders"].as_u64().unwrap());
        close(asset.value, &expected["value"], "value");
        close(asset.estimated_fx, &expected["estimated_fx"], "fx");
        close(asset.charges, &expected["charges"], "charges");
        same(&asset.commission, &expected["commission"]);
        same(&asset.slippage, &expected["slippage"]);
        let suggestion = asset.suggested.unwrap();
        close(suggestion.base.fraction(), &expected["suggested"], "suggested");
        assert_eq!(suggestion.orders as u64, expected["seen"].as_u64().unwrap());
        let evidence = if suggestion.evidence == Evidence::Quantile { "Quantile" } else { "Largest" };
        assert_eq!(evidence, expected["evidence"].as_str().unwrap());
    }
    let [conversion] = compared.conversions() else { unreachable!("{:?}", compared.conversions()) };
    assert_eq!(
        (conversion.symbol.as_str(), conversion.currency, conversion.with_arrival),
        ("USD.JPY", Currency::JPY, 1)
    );
    same(&conversion.fx, &golden["conversion"]);
}

#[test]
fn an_order_is_compared_by_hand() {
    let mut first = fill("1", "A", "VTI", dec!(20), dec!(250));
    first.commission = usd(dec!(1.5));
    first.arrival = Some(usd(dec!(249.9)));
    let mut second = fill("2", "A", "VTI", dec!(10), dec!(250.3));
    second.date = day(5);
    second.commission = Money::new(dec!(300), Currency::JPY);
    second.charges = vec![Charged::new("duty", usd(dec!(0.7)))];
    second.arrival = Some(usd(dec!(249.9)));
    let volatility = DayVolatility { asset: "us".parse().unwrap(), date: day(4), now: 0.3, long_run: 0.15 };
    let (costs, symbols) = (costs(), symbols());
    let estimates = Estimates::new(&costs, &symbols).with_volatilities(std::slice::from_ref(&volatility));
    let compared = estimates.compare(&[of(vec![second, first])]).unwrap();
    let [order] = compared.orders() else { unreachable!("{compared:?}") };
    // 20 · 250 + 10 · 250.3; 1.5 + 300 / 150; 20 · 0.1 + 10 · 0.4.
    assert_eq!((order.value, order.commission, order.shortfall), (dec!(7503.0), dec!(3.5), Some(dec!(6.0))));
    assert_eq!((order.date, order.fills, order.charges, order.bought), (day(4), 2, dec!(0.7), true));
    assert_eq!(order.volatility, (dec!(2), RatioBasis::Measured));
    // 5 bp, 2 · 4 bp and 0.2 bp of 7503.
    let estimated = order.estimated;
    assert_eq!(estimated.commission(), usd(dec!(3.7515)));
    assert_eq!((estimated.slippage(), estimated.fx()), (usd(dec!(6.0024)), usd(dec!(0.15006))));
    let [us] = compared.assets() else { unreachable!("{compared:?}") };
    assert_eq!((us.commission.above, us.slippage.above), (0, 0));
    // 6 / 7503 in calm is half of it: below the present base, and one order is not enough to go below.
    let suggestion = us.suggested.unwrap();
    assert_eq!(
        (suggestion.base, suggestion.orders, suggestion.evidence),
        (Rate::from_bps(dec!(4)), 1, Evidence::Largest)
    );
    let twice = [volatility.clone(), volatility.clone()];
    let twice = estimates.with_volatilities(&twice).compare(&[]);
    assert_eq!(twice.unwrap_err().to_string(), "the volatilities of us on 2024-03-04 are given twice");
}

#[test]
fn a_minimum_is_one_of_an_order() {
    let parts = |n: u32| {
        let fills = (0..n).map(|at| fill(&at.to_string(), "A", "VTI", dec!(1), dec!(100)));
        compare(of(fills.collect())).assets()[0].commission.estimated
    };
    assert_eq!((parts(1), parts(3), parts(30)), (dec!(1), dec!(1), dec!(1.5)));
}

#[test]
fn what_cannot_be_compared_is_named() {
    let mut cancel = fill("3", "C", "VTI", dec!(-5), dec!(250));
    cancel.revises = Some(Revision::Cancels(Original::new("0")));
    let mut francs = fill("5", "E", "VTI", dec!(5), dec!(250));
    francs.commission = Money::new(dec!(1), Currency::CHF);
    let statement = of(vec![
        fill("1", "A", "XYZ", dec!(1), dec!(2)),
        fill("2", "B", "FOO", dec!(1), dec!(2)),
        cancel,
        fill("4", "D", "VTI", dec!(1), dec!(0)),
        francs,
    ]);
    let compared = compare(statement);
    let told: Vec<_> = compared.left_out().iter().map(|it| (it.fill.as_str(), it.reason.clone())).collect();
    let francs = LeftOutReason::NoExchangeRate { from: Currency::CHF, to: Currency::USD };
    assert_eq!(
        told,
        [
            ("1", LeftOutReason::Unmapped),
            ("2", LeftOutReason::NotEstimated),
            ("3", LeftOutReason::Cancellation),
            ("4", LeftOutReason::NoValue),
            ("5", francs)
        ]
    );
    assert!(compared.orders().is_empty() && compared.assets().is_empty());
}

#[test]
fn an_asset_of_the_accounts_currency_is_not_converted() {
    let mut home = of(vec![fill("1", "A", "VTI", dec!(10), dec!(250))]);
    assert_eq!(compare(home.clone()).assets()[0].estimated_fx, dec!(0.05));
    home.base_currency = Some(Currency::USD);
    assert_eq!(compare(home).assets()[0].estimated_fx, dec!(0));
}

#[test]
fn rebates_and_gains_are_below_zero() {
    let mut sale = fill("1", "A", "VTI", dec!(-10), dec!(250));
    sale.commission = usd(dec!(-0.4));
    sale.arrival = Some(usd(dec!(249)));
    let compared = compare(of(vec![sale]));
    let us = &compared.assets()[0];
    assert_eq!((us.commission.actual, us.slippage.actual), (dec!(-0.4), dec!(-10)));
    assert_eq!((us.commission.above, us.slippage.above, us.slippage.worst), (0, 0, None));
}

#[test]
fn what_is_just_the_estimate_is_not_above_it() {
    let mut exact = fill("1", "A", "GLD", dec!(10), dec!(250));
    exact.commission = usd(dec!(1.25));
    exact.arrival = Some(usd(dec!(249.9)));
    let compared = compare(of(vec![exact]));
    let gold = &compared.assets()[0];
    assert_eq!(
        (gold.commission.estimated, gold.slippage.estimated),
        (gold.commission.actual, gold.slippage.actual)
    );
    assert_eq!((gold.commission.above, gold.slippage.above, gold.slippage.mean), (0, 0, None));
}

#[test]
fn a_base_is_suggested_by_what_was_seen() {
    // 1, 2, … n basis points of slippage.
    let seen = |n: u32, rules: ComparisonRules| {
        let fills = (1..=n).map(|bps| {
            let mut it = fill(&bps.to_string(), &bps.to_string(), "GLD", dec!(10), dec!(100));
            it.arrival = Some(usd(dec!(100) - Decimal::from(bps) / dec!(100)));
            it
        });
        let (costs, symbols) = (costs(), symbols());
        let estimates = Estimates::new(&costs, &symbols).with_rules(rules);
        estimates.compare(&[of(fills.collect())]).unwrap().assets()[0].suggested
    };
    let bps = Rate::from_bps;
    let usual = ComparisonRules::default();
    let few = seen(3, usual).unwrap();
    assert_eq!((few.base, few.orders, few.evidence), (bps(dec!(4)), 3, Evidence::Largest));
    assert_eq!(seen(19, usual).unwrap().base, bps(dec!(19)));
    // 20 of them: the place 19 · 0.95 = 18.05 is between the 19th and the 20th.
    let enough = seen(20, usual).unwrap();
    assert_eq!((enough.base, enough.evidence), (bps(dec!(19.05)), Evidence::Quantile));
    let half = ComparisonRules::new(Rate::from_fraction(dec!(0.5)), 3, bps(dec!(0.5))).unwrap();
    // Enough, and below the present base of 4.
    assert_eq!(seen(3, half).unwrap().base, bps(dec!(2)));
    let floor = ComparisonRules::new(Rate::from_fraction(dec!(0.5)), 3, bps(dec!(3))).unwrap();
    assert_eq!(seen(3, floor).unwrap().base, bps(dec!(3)));
    let none = compare(of(vec![fill("1", "A", "GLD", dec!(10), dec!(100))]));
    assert_eq!(none.assets()[0].suggested, Err(NoSuggestion::NoArrivalPrices));
    assert_eq!(none.assets()[0].slippage, Compared::default());
}

#[test]
fn rules_hold_at_the_door() {
    let new = |quantile, enough, floor| {
        ComparisonRules::new(Rate::from_fraction(quantile), enough, Rate::from_fraction(floor))
    };
    assert_eq!(
        new(dec!(1.1), 20, dec!(0)).unwrap_err().to_string(),
        "the quantile is 1.1, and must be in 0.5..=1"
    );
    assert_eq!(
        new(dec!(0.9), 1, dec!(0)).unwrap_err().to_string(),
        "the number of orders that are enough is 1, and must be 2 at least"
    );
    assert_eq!(
        new(dec!(0.9), 2, dec!(-1)).unwrap_err().to_string(),
        "the floor is -1, and must be in 0..0.5"
    );
    let rules = new(dec!(0.9), 5, dec!(0.0001)).unwrap();
    let text = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<ComparisonRules>(&text).unwrap(), rules);
    assert!(serde_json::from_str::<ComparisonRules>(r#"{"quantil":"0.9"}"#).is_err());
    assert_eq!(serde_json::from_str::<ComparisonRules>("{}").unwrap(), ComparisonRules::default());
}

fn any_fill() -> impl Strategy<Value = (i64, i64, i64, i64, u8)> {
    (1_i64..500, 1_i64..100_000, -500_i64..500, -200_i64..400, 0_u8..6)
}

fn made(rows: &[(i64, i64, i64, i64, u8)]) -> Vec<Fill> {
    let one = |(at, (quantity, price, commission, slip, order)): (usize, &(i64, i64, i64, i64, u8))| {
        let price = Decimal::new(*price, 2);
        let signed = if order % 2 == 0 { *quantity } else { -*quantity };
        let mut it = fill(&at.to_string(), &order.to_string(), "VTI", signed.into(), price);
        it.commission = usd(Decimal::new(*commission, 2));
        // Of an order either all fills have an arrival price or none.
        it.arrival = (*order != 3).then(|| usd(price + Decimal::new(*slip, 4)));
        it
    };
    rows.iter().enumerate().map(one).collect()
}

proptest! {
    #[test]
    fn the_order_of_rows_does_not_matter(rows in prop::collection::vec(any_fill(), 1..30), turn in 0_usize..30) {
        let fills = made(&rows);
        let mut turned = fills.clone();
        turned.rotate_left(turn % rows.len());
        prop_assert_eq!(compare(of(turned)), compare(of(fills)));
    }

    #[test]
    fn splitting_a_fill_changes_nothing(rows in prop::collection::vec(any_fill(), 1..20)) {
        let whole = made(&rows);
        let halves = whole.iter().flat_map(|fill| {
            ["a", "b"].map(|end| {
                let mut half = fill.clone();
                half.id = format!("{}{end}", fill.id);
                half.quantity = fill.quantity / Decimal::TWO;
                half.commission = usd(fill.commission.amount() / Decimal::TWO);
                half
            })
        });
        let (a, b) = (compare(of(whole.clone())), compare(of(halves.collect())));
        prop_assert_eq!(a.assets(), b.assets());
    }

    /// Ten times as much of everything costs ten times as much, and the rates stay.
    #[test]
    fn rates_know_no_scale(rows in prop::collection::vec(any_fill(), 1..20)) {
        let mut costs = costs();
        let free: Vec<AssetCosts> = costs.assets().iter().map(|row| AssetCosts { minimum: None, ..row.clone() }).collect();
        costs = PublishedCosts::new(free, costs.fx_rate()).unwrap();
        let symbols = symbols();
        let estimates = Estimates::new(&costs, &symbols);
        let small = made(&rows);
        let large = small.iter().map(|fill| {
            let mut it = fill.clone();
            it.quantity *= Decimal::TEN;
            it.commission = usd(fill.commission.amount() * Decimal::TEN);
            it
        });
        let large = estimates.compare(&[of(large.collect())]).unwrap();
        let small = estimates.compare(&[of(small)]).unwrap();
        for (a, b) in small.assets().iter().zip(large.assets()) {
            prop_assert_eq!(a.commission.worst, b.commission.worst);
            prop_assert_eq!(a.slippage.mean, b.slippage.mean);
            prop_assert_eq!(a.suggested, b.suggested);
            prop_assert_eq!(a.commission.actual * Decimal::TEN, b.commission.actual);
            prop_assert_eq!(a.slippage.estimated * Decimal::TEN, b.slippage.estimated);
        }
    }

    /// The sums of the assets are the sums of the orders, which are those of the fills.
    #[test]
    fn nothing_is_lost(rows in prop::collection::vec(any_fill(), 1..30)) {
        let fills = made(&rows);
        let compared = compare(of(fills.clone()));
        let asset = &compared.assets()[0];
        let value: Decimal = fills.iter().map(|fill| fill.value().unwrap().amount()).sum();
        let commission: Decimal = fills.iter().map(|fill| fill.commission.amount()).sum();
        prop_assert_eq!((asset.value, asset.commission.actual), (value, commission));
        let mut orders: BTreeMap<&str, usize> = BTreeMap::new();
        for fill in &fills {
            *orders.entry(fill.order.as_deref().unwrap()).or_default() += 1;
        }
        prop_assert_eq!(asset.orders, orders.len());
        prop_assert_eq!(compared.orders().iter().map(|order| order.fills).sum::<usize>(), fills.len());
    }
}
