use allweather_cashflow::{
    CashflowError, KnownRates, Ledger, MAX_AMOUNT, QuarterEntry, RateStatus, Rounding, RoundingStrategy,
    Terms,
};
use allweather_core::{Percent, Quarter, Year};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::{figures, final_rates, quarter};

fn run(terms: Terms, rates: &KnownRates, gains: &[(Decimal, Decimal)]) -> Ledger {
    let mut ledger = Ledger::new(terms, quarter(0));
    for (k, (gain, cost)) in (0..).zip(gains) {
        ledger.settle(&figures(k, *gain, *cost), rates).unwrap();
    }
    ledger
}

fn sum(entries: &[QuarterEntry], amount: impl Fn(&QuarterEntry) -> Decimal) -> Decimal {
    entries.iter().map(amount).sum()
}

#[test]
fn the_largest_amount_is_the_one_its_documentation_names() {
    assert_eq!(MAX_AMOUNT, dec!(10_000_000_000_000));
}

#[test]
fn at_a_gain_that_only_covers_costs_nothing_is_withdrawn_and_the_pool_pays() {
    let terms = Terms::new(dec!(400)).unwrap().with_initial_pool(dec!(4)).unwrap();
    // Consumption is 3 a quarter. The first quarter's gain after costs is exactly 0.
    let ledger = run(terms, &final_rates(&[dec!(0)]), &[(dec!(2), dec!(2)), (dec!(-9), dec!(0))]);
    let [flat, under] = ledger.entries() else { unreachable!() };
    assert!(flat.halted && under.halted);
    assert_eq!((flat.withdrawn, flat.pool, flat.shortfall), (dec!(0), dec!(1), dec!(0)));
    assert_eq!((under.withdrawn, under.pool, under.shortfall), (dec!(0), dec!(0), dec!(2)));
    assert_eq!(under.invested_capital, dec!(400));
}

#[test]
fn after_a_fall_in_prices_a_pool_above_its_cap_is_reinvested_even_when_halted() {
    // Cap 36 in the first year, 18 in the second: the pool of 33 is then far above it.
    let terms = Terms::new(dec!(400)).unwrap().with_initial_pool(dec!(36)).unwrap();
    let gains = [(dec!(-1), dec!(0)); 4].into_iter().chain([(dec!(13.5), dec!(0)), (dec!(-1), dec!(0))]);
    let ledger = run(terms, &final_rates(&[dec!(0), dec!(-50)]), &gains.collect::<Vec<_>>());
    let [.., before, first, second] = ledger.entries() else { unreachable!() };
    assert_eq!((before.pool, before.headroom), (dec!(24), dec!(9)));
    // C is now 1.5; the headroom is still last year's: 36 − 24.
    assert_eq!((first.consumption, first.pool_cap, first.headroom), (dec!(1.5), dec!(18), dec!(12)));
    assert_eq!((first.reinvested, first.pool), (dec!(0), dec!(36)));
    // H = 18 − 36, E = −1 − 1.5: R = −2.5 + 18, out of the pool, although nothing is withdrawn.
    assert_eq!((second.halted, second.headroom, second.withdrawn), (true, dec!(-18), dec!(0)));
    assert_eq!((second.reinvested, second.pool), (dec!(15.5), dec!(19)));
    assert_eq!((second.invested_capital, second.shortfall), (dec!(415.5), dec!(0)));
}

#[test]
fn the_first_headroom_is_this_years_cap_less_the_initial_pool_and_known_before_only_later() {
    let terms = Terms::new(dec!(400)).unwrap().with_initial_pool(dec!(40)).unwrap();
    let mut ledger = Ledger::new(terms, quarter(0));
    assert_eq!((ledger.headroom(), ledger.pool(), ledger.invested_capital()), (None, dec!(40), dec!(400)));
    let entry = ledger.settle(&figures(0, dec!(3), dec!(0)), &final_rates(&[dec!(0)])).unwrap();
    assert_eq!((entry.headroom, entry.reinvested, entry.pool), (dec!(-4), dec!(4), dec!(36)));
    assert_eq!((ledger.headroom(), ledger.pool()), (Some(dec!(0)), dec!(36)));
    assert_eq!((ledger.invested_capital(), ledger.next_quarter()), (dec!(404), quarter(1)));
}

#[test]
fn when_a_provisional_rate_becomes_final_the_product_follows_and_old_entries_stay() {
    let (first, second) = (Year::new(2000), Year::new(2001));
    let mut rates = KnownRates::new(first);
    rates.set(first, Percent::new(dec!(10)), RateStatus::Provisional).unwrap();
    let mut ledger = Ledger::new(Terms::new(dec!(1000)).unwrap(), quarter(3));
    let old = ledger.settle(&figures(3, dec!(0), dec!(0)), &rates).unwrap();
    assert_eq!(
        (old.annual_expense, old.rate, old.rate_status),
        (dec!(33), Percent::new(dec!(10)), RateStatus::Provisional)
    );
    rates.set(first, Percent::new(dec!(20)), RateStatus::Final).unwrap();
    rates.set(second, Percent::new(dec!(50)), RateStatus::Provisional).unwrap();
    let new = ledger.settle(&figures(4, dec!(0), dec!(0)), &rates).unwrap();
    assert_eq!((new.annual_expense, new.rate_status), (dec!(54), RateStatus::Provisional));
    assert_eq!(ledger.entries(), [old, new]);
}

#[test]
fn a_failed_quarter_leaves_the_ledger_as_it_was() {
    let rates = final_rates(&[dec!(1)]);
    let mut ledger = Ledger::new(Terms::new(dec!(1000)).unwrap(), quarter(0));
    ledger.settle(&figures(0, dec!(5), dec!(1)), &rates).unwrap();
    let before = ledger.clone();
    let order = ledger.settle(&figures(2, dec!(5), dec!(1)), &rates).unwrap_err();
    assert_eq!(order.to_string(), "quarters follow one another: expected 2000Q2, found 2000Q3");
    assert!(matches!(ledger.settle(&figures(0, dec!(5), dec!(1)), &rates), Err(CashflowError::Order { .. })));
    let large = ledger.settle(&figures(1, dec!(10_000_000_000_000.1), dec!(0)), &rates).unwrap_err();
    assert_eq!(
        large.to_string(),
        "the gain is 10000000000000.1, and must be at most 10^13 in size, or sums would lose digits"
    );
    let fine = ledger.settle(&figures(1, dec!(1), dec!(1e-15)), &rates).unwrap_err();
    assert!(
        fine.to_string().starts_with("the commission is 0.000000000000001, and must have at most 14"),
        "{fine}"
    );
    assert!(matches!(
        ledger.settle(&figures(1, Decimal::MIN, Decimal::MAX), &rates),
        Err(CashflowError::Amount { .. })
    ));
    // Each amount is allowed, their sum is not.
    let both = ledger.settle(&figures(1, -MAX_AMOUNT, MAX_AMOUNT), &rates).unwrap_err();
    assert!(both.to_string().starts_with("the excess return is -20000000000007.575"), "{both}");
    assert!(matches!(
        ledger.settle(&figures(1, dec!(1), dec!(1)), &KnownRates::new(Year::new(2000))),
        Err(CashflowError::MissingRate { year, .. }) if year == Year::new(2000)
    ));
    assert_eq!(ledger, before);
}

#[test]
fn a_rate_missing_in_the_past_is_missing() {
    let mut rates = KnownRates::new(Year::new(2001));
    rates.set(Year::new(2001), Percent::ZERO, RateStatus::Final).unwrap();
    let mut ledger = Ledger::new(Terms::new(dec!(1000)).unwrap(), quarter(3));
    ledger.settle(&figures(3, dec!(0), dec!(0)), &final_rates(&[dec!(0)])).unwrap();
    let error = ledger.settle(&figures(4, dec!(0), dec!(0)), &rates).unwrap_err();
    assert_eq!(error.to_string(), "the rate of 2000 is not known");
}

#[test]
fn after_the_last_quarter_of_the_calendar_there_is_none() {
    let last = Quarter::new(9999, 4).unwrap();
    let mut rates = KnownRates::new(Year::new(9999));
    rates.set(Year::new(9999), Percent::ZERO, RateStatus::Final).unwrap();
    let mut ledger = Ledger::new(Terms::new(dec!(1000)).unwrap(), last);
    let mut figures = figures(0, dec!(0), dec!(0));
    figures.quarter = last;
    ledger.settle(&figures, &rates).unwrap();
    assert!(matches!(ledger.settle(&figures, &rates), Err(CashflowError::Order { .. })));
    assert_eq!(ledger.entries().len(), 1);
}

#[test]
fn an_expense_out_of_range_is_an_error() {
    // 30 a year times 10^12.
    let mut ledger = Ledger::new(Terms::new(dec!(1000)).unwrap(), quarter(0));
    let error = ledger.settle(&figures(0, dec!(0), dec!(0)), &final_rates(&[dec!(1e14)])).unwrap_err();
    assert!(error.to_string().starts_with("the annual expense is 30000000000030"), "{error}");
    let mut ledger = Ledger::new(Terms::new(dec!(1000)).unwrap(), quarter(0));
    for k in 0..4 {
        ledger.settle(&figures(k, dec!(0), dec!(0)), &final_rates(&[dec!(0)])).unwrap();
    }
    let huge = final_rates(&[dec!(1e28), dec!(1e28)]);
    assert!(matches!(ledger.settle(&figures(4, dec!(0), dec!(0)), &huge), Err(CashflowError::Overflow(_))));
}

#[test]
fn a_rounding_rule_rounds_expense_consumption_and_cap() {
    let entry = |strategy| {
        let terms = Terms::new(dec!(1000)).unwrap().with_rounding(Rounding::new(0, strategy).unwrap());
        let terms = terms.with_pool_years(dec!(0.5)).unwrap();
        // 30 · 1.05 = 31.5; cap 0.5 · A.
        *run(terms, &final_rates(&[dec!(5)]), &[(dec!(0.3), dec!(0))]).entries().first().unwrap()
    };
    let amounts = |e: QuarterEntry| (e.annual_expense, e.consumption, e.pool_cap, e.excess);
    let even = amounts(entry(RoundingStrategy::HalfToEven));
    assert_eq!(even, (dec!(32), dec!(8), dec!(16), dec!(-7.7)));
    assert_eq!(amounts(entry(RoundingStrategy::HalfAwayFromZero)), even);
    assert_eq!(amounts(entry(RoundingStrategy::TowardZero)), (dec!(31), dec!(7), dec!(15), dec!(-6.7)));
}

fn amount(limit: i64) -> impl Strategy<Value = Decimal> {
    // Up to the finest grain that the size leaves room for.
    (-limit..=limit, 0..=14_u32, 0..10_000_u64).prop_map(|(whole, scale, part)| {
        Decimal::from(whole) + Decimal::from_i128_with_scale(part.into(), scale)
    })
}

fn percents() -> impl Strategy<Value = Vec<Decimal>> {
    prop::collection::vec((-6000..9000_i64).prop_map(|bps| Decimal::new(bps, 2)), 5)
}

proptest! {
    #[test]
    fn every_amount_that_left_is_consumed_reinvested_or_in_the_pool_to_the_last_digit(
        capital in amount(1_000_000_000).prop_map(|x| x.abs() + dec!(1)),
        pool in amount(50_000_000).prop_map(|x| x.abs()),
        rates in percents(),
        gains in prop::collection::vec((amount(100_000_000), amount(1_000_000)), 1..=20),
    ) {
        let terms = Terms::new(capital).unwrap().with_initial_pool(pool).unwrap();
        let ledger = run(terms, &final_rates(&rates), &gains);
        let all = ledger.entries();
        let mut last = pool;
        for entry in all {
            prop_assert!(entry.pool >= Decimal::ZERO && entry.shortfall >= Decimal::ZERO);
            prop_assert!(entry.pool == Decimal::ZERO || entry.shortfall == Decimal::ZERO);
            prop_assert_eq!(entry.withdrawn > Decimal::ZERO, !entry.halted);
            prop_assert!(entry.reinvested >= Decimal::ZERO);
            prop_assert_eq!(
                entry.withdrawn,
                entry.consumption + entry.reinvested + (entry.pool - last) - entry.shortfall
            );
            last = entry.pool;
        }
        let funded = sum(all, |e| e.consumption) + sum(all, |e| e.reinvested) + (last - pool);
        prop_assert_eq!(sum(all, |e| e.withdrawn), funded - sum(all, |e| e.shortfall));
        prop_assert_eq!(ledger.invested_capital(), capital + sum(all, |e| e.reinvested));
    }

    #[test]
    fn ten_times_the_money_gives_ten_times_the_amounts(
        rates in percents(),
        gains in prop::collection::vec((amount(100_000), amount(1_000)), 1..=20),
    ) {
        let terms = |k| Terms::new(dec!(1_000_000) * k).unwrap();
        let tenfold: Vec<_> = gains.iter().map(|(g, c)| (g * dec!(10), c * dec!(10))).collect();
        let (one, ten) = (run(terms(dec!(1)), &final_rates(&rates), &gains), run(terms(dec!(10)), &final_rates(&rates), &tenfold));
        for (a, b) in one.entries().iter().zip(ten.entries()) {
            prop_assert_eq!(a.halted, b.halted);
            for (small, large) in [(a.pool, b.pool), (a.reinvested, b.reinvested), (a.shortfall, b.shortfall), (a.invested_capital, b.invested_capital)] {
                // The grain of 1e-14 is ten times finer beside ten times the money.
                prop_assert!((small * dec!(10) - large).abs() <= dec!(1e-11), "{} {}", small, large);
            }
        }
    }
}
