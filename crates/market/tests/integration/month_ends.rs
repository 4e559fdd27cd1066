use allweather_core::{Currency, Month};
use allweather_market::{Basis, Frequency, Market, PricePanel, RunningMonth, SpotPanel};
use proptest::prelude::*;

use crate::days::{cells, day, panel, with_another_future};

fn read(text: &str) -> PricePanel {
    PricePanel::from_csv("p", text).unwrap()
}

const DAILY: &str =
    "date,a_usd,b_jpy\n2024-01-17,1,\n2024-01-30,2,5\n2024-01-31,3,\n2024-03-28,4,\n2024-04-02,6,7\n";

#[test]
fn a_month_has_its_last_level() {
    let made = read(DAILY).month_ends(RunningMonth::LeftOut).unwrap();
    assert_eq!(made.frequency(), Frequency::Monthly);
    assert_eq!(
        made.months().iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["2024-01", "2024-02", "2024-03"]
    );
    assert_eq!(made.levels(0), [Some(3.0), None, Some(4.0)], "nothing was quoted in February");
    assert_eq!(made.levels(1), [Some(5.0), None, None], "the last level may be days before the last date");
    let made = read(DAILY).month_ends(RunningMonth::Included).unwrap();
    assert_eq!(made.levels(0), [Some(3.0), None, Some(4.0), Some(6.0)]);
    assert_eq!(made.instruments(), read(DAILY).instruments());
}

#[test]
fn a_month_that_is_not_over_is_no_month() {
    // 30 March 2018 is a Good Friday, the 31st a Saturday: even so the 29th does not say that the month is over.
    let open = read("date,a_usd\n2018-02-28,1\n2018-03-29,2\n");
    assert_eq!(open.month_ends(RunningMonth::default()).unwrap().levels(0), [Some(1.0)]);
    let last_day = read("date,a_usd\n2018-02-28,1\n2018-03-31,2\n");
    assert_eq!(last_day.month_ends(RunningMonth::LeftOut).unwrap().levels(0), [Some(1.0), Some(2.0)]);
    let only = read("date,a_usd\n2018-03-29,2\n");
    let refusal = only.month_ends(RunningMonth::LeftOut).unwrap_err().to_string();
    assert_eq!(refusal, "the list of months that are over is empty");
    assert_eq!(only.month_ends(RunningMonth::Included).unwrap().levels(0), [Some(2.0)]);
    // The first month of the calendar has none before it.
    assert!(read("date,a_usd\n0001-01-05,2\n").month_ends(RunningMonth::LeftOut).is_err());
}

#[test]
fn monthly_levels_are_their_own_month_ends() {
    let monthly = read("month,a_usd\n2024-01,1\n2024-02,\n2024-03,3\n").with_basis(Basis::Average);
    let monthly =
        monthly.with_estimates(&"a".parse().unwrap(), "em", [Month::new(2024, 3).unwrap().last_day()]);
    let monthly = monthly.unwrap();
    for running in [RunningMonth::LeftOut, RunningMonth::Included] {
        assert_eq!(monthly.month_ends(running).unwrap(), monthly);
    }
}

#[test]
fn spots_have_month_ends_too() {
    let text = "date,usd\n2024-01-30,147\n2024-02-28,150\n2024-03-01,151\n";
    let spots =
        SpotPanel::from_csv("fx", text, Currency::JPY).unwrap().month_ends(RunningMonth::LeftOut).unwrap();
    let january = Month::new(2024, 1).unwrap();
    assert_eq!(spots.on(Currency::USD, january.last_day()), Some(147.0));
    assert_eq!(spots.on(Currency::USD, january.offset(1).last_day()), Some(150.0));
    assert_eq!((spots.base(), spots.currencies()), (Currency::JPY, &[Currency::USD][..]));
}

fn running() -> impl Strategy<Value = RunningMonth> {
    prop_oneof![Just(RunningMonth::LeftOut), Just(RunningMonth::Included)]
}

proptest! {
    /// A monthly return is the product of the daily ones between the two levels it ends at.
    #[test]
    fn months_compound_to_the_days(one in cells(), running in running()) {
        let daily = panel("a", Currency::USD, &one);
        let Ok(monthly) = daily.month_ends(running) else { return Ok(()) };
        let quoted: Vec<_> = daily.dates().iter().zip(daily.levels(0)).filter_map(|(date, level)| Some((*date, (*level)?))).collect();
        let mut months = monthly.months().iter().zip(monthly.levels(0)).filter_map(|(month, level)| Some((*month, (*level)?)));
        let mut before = months.next();
        for (month, level) in months {
            let (from, start) = before.unwrap();
            let within = quoted.windows(2).filter(|pair| {
                pair[1].0 > from.last_day() && pair[1].0 <= month.last_day()
            });
            let product: f64 = within.map(|pair| pair[1].1 / pair[0].1).product();
            prop_assert!((product / (level / start) - 1.0).abs() < 1e-12);
            before = Some((month, level));
        }
    }

    /// Levels and marks are those of the last quote of the month, to the bit.
    #[test]
    fn every_month_is_its_last_quote(one in cells(), running in running()) {
        let daily = panel("a", Currency::USD, &one);
        if let Ok(monthly) = daily.month_ends(running) {
            for (row, month) in monthly.months().iter().enumerate() {
                let last = one.iter().rfind(|(k, level, _)| level.is_some() && Month::containing(day(*k)).unwrap() == *month);
                prop_assert_eq!(monthly.levels(0)[row], last.and_then(|cell| cell.1));
                prop_assert_eq!(monthly.estimate(0, row), last.filter(|cell| cell.2).map(|_| "em"));
            }
            prop_assert_eq!(monthly.span().0, daily.span().0);
        }
    }

    /// Point in time: a month that was over on a day never changes by later dates.
    #[test]
    fn a_month_that_is_over_stays(one in cells(), cut in 0..80_u16, factor in 0.5..2.0_f64) {
        let known = |cells: &[(u16, Option<f64>, bool)]| panel("a", Currency::USD, cells).month_ends(RunningMonth::LeftOut).ok();
        let upto: Vec<_> = one.iter().filter(|cell| cell.0 <= cut).copied().collect();
        let later = with_another_future(&one, cut, factor);
        if let (false, Some(short)) = (upto.is_empty(), (!upto.is_empty()).then(|| known(&upto)).flatten()) {
            for long in [known(&one), known(&later)] {
                let last = *short.dates().last().unwrap();
                let view = |panel: &PricePanel| format!("{:?}", Market::new(Currency::USD, panel.clone()).as_of(last).price(0));
                prop_assert_eq!(view(&short), view(&long.unwrap()));
            }
        }
    }
}
