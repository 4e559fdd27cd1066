use allweather_core::{AssetId, Currency, Month};
use allweather_market::{Basis, Frequency, Instrument, Market, MarketError, PricePanel, SpotPanel};
use chrono::NaiveDate;
use proptest::prelude::*;

const PRICES: &str = "month,a_usd,b_jpy\n1980-01,1,\n1980-02,2,20\n1980-03,3,30\n1980-04,4,40\n";

fn panel() -> PricePanel {
    PricePanel::from_csv("prices.csv", PRICES).unwrap()
}

fn id(name: &str) -> AssetId {
    name.parse().unwrap()
}

fn end(month: u32) -> NaiveDate {
    Month::new(1980, month).unwrap().last_day()
}

#[test]
fn a_panel_is_observed_until_it_is_marked() {
    let panel = panel();
    assert!(!panel.has_estimates());
    assert_eq!(panel.estimate(0, 0), None);
    assert_eq!(panel.clone().with_estimates(&id("a"), "em", []).unwrap(), panel);
    let marked = panel.clone().with_estimates(&id("b"), "em", [end(2)]).unwrap();
    assert!(marked.has_estimates());
    assert_ne!(marked, panel);
    assert_eq!(marked.levels(1), panel.levels(1), "a mark changes no level");
    assert_eq!([0, 1, 2, 3, 9].map(|row| marked.estimate(1, row)), [None, Some("em"), None, None, None]);
    assert_eq!([0, 2, 9].map(|position| marked.estimate(position, 1)), [None; 3]);
}

#[test]
fn each_level_has_the_method_of_its_own() {
    let marked = panel().with_estimates(&id("b"), "em", [end(2)]).unwrap();
    let marked = marked.with_estimates(&id("b"), "stambaugh", [end(3)]).unwrap();
    assert_eq!([1, 2, 3].map(|row| marked.estimate(1, row)), [Some("em"), Some("stambaugh"), None]);
    assert_eq!(marked.clone().with_estimates(&id("b"), "em", [end(2)]).unwrap(), marked, "twice is once");
    let error = marked.with_estimates(&id("b"), "em", [end(3)]).unwrap_err().to_string();
    assert_eq!(error, "b on 1980-03-31 cannot be marked as estimated: it is marked with another method");
}

#[test]
fn a_return_is_estimated_when_either_level_is() {
    let marked = panel().with_estimates(&id("a"), "em", [end(2)]).unwrap();
    let returns = |position| [0, 1, 2, 3, 4, usize::MAX].map(|row| marked.is_return_estimated(position, row));
    assert_eq!(returns(0), [false, true, true, false, false, false]);
    assert_eq!(returns(1), [false; 6]);
    let first = panel().with_estimates(&id("a"), "em", [end(1)]).unwrap();
    assert_eq!(
        [0, 1, 2].map(|row| first.is_return_estimated(0, row)),
        [false, true, false],
        "no return ends there"
    );
    let last = panel().with_estimates(&id("a"), "em", [end(4)]).unwrap();
    assert_eq!([2, 3, 4].map(|row| last.is_return_estimated(0, row)), [false, true, false]);
}

#[test]
fn what_cannot_be_an_estimate_is_refused() {
    let refusal = |asset: &str, method: &str, date| {
        panel().with_estimates(&id(asset), method, [date]).unwrap_err().to_string()
    };
    assert_eq!(
        refusal("b", "em", end(1)),
        "b on 1980-01-31 cannot be marked as estimated: there is no value on it"
    );
    assert_eq!(
        refusal("b", "em", end(5)),
        "b on 1980-05-31 cannot be marked as estimated: the panel has no such date"
    );
    assert_eq!(refusal("c", "em", end(2)), "the panel has no instrument c");
    for method in ["", "Stambaugh", "two words", "1st", &"m".repeat(65)] {
        assert!(refusal("b", method, end(2)).contains("is no name of a method"), "{method}");
    }
}

#[test]
fn a_gap_is_filled_with_a_marked_level_and_nothing_else_changes() {
    let long = panel().with_estimated_levels(&id("b"), "em", [(end(1), 9.5)]).unwrap();
    assert_eq!(long.levels(1), [Some(9.5), Some(20.0), Some(30.0), Some(40.0)]);
    assert_eq!(long.levels(0), panel().levels(0));
    assert_eq!([0, 1, 2, 3].map(|row| long.estimate(1, row)), [Some("em"), None, None, None]);
    assert_eq!([1, 2].map(|row| long.is_return_estimated(1, row)), [true, false]);
    assert_eq!(panel().with_estimated_levels(&id("b"), "em", []).unwrap(), panel());
    let refusal = |asset: &str, method: &str, date, level| {
        panel().with_estimated_levels(&id(asset), method, [(date, level)]).unwrap_err().to_string()
    };
    assert_eq!(
        refusal("b", "em", end(2), 20.0),
        "b on 1980-02-29 cannot be marked as estimated: there is a value on it"
    );
    let dates = "b on 1980-05-31 cannot be marked as estimated: the panel has no such date";
    assert_eq!(refusal("b", "em", end(5), 20.0), dates);
    assert_eq!(refusal("c", "em", end(1), 20.0), "the panel has no instrument c");
    assert!(refusal("b", "two words", end(1), 20.0).contains("is no name of a method"));
    for level in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let rule = format!("b on 1980-01-31: level {level} is not a positive finite number");
        assert_eq!(refusal("b", "em", end(1), level), rule);
    }
    // The second of a day is refused too: what is estimated is there.
    assert!(panel().with_estimated_levels(&id("b"), "em", [(end(1), 1.0), (end(1), 1.0)]).is_err());
}

#[test]
fn other_prices_are_of_the_basis_of_the_exchange_rates() {
    let spots =
        SpotPanel::from_csv("fx.csv", "month,usd\n1980-01,239\n1980-02,249\n", Currency::JPY).unwrap();
    let market = Market::new(Currency::JPY, panel()).with_spots(spots).unwrap();
    let long = panel().with_estimated_levels(&id("b"), "em", [(end(1), 9.5)]).unwrap();
    let other = market.clone().with_prices(long.clone()).unwrap();
    assert_eq!((other.prices(), other.spots()), (&long, market.spots()));
    assert_eq!(other.with_prices(panel()).unwrap(), market);
    let refused = market.with_prices(long.with_basis(Basis::Average)).unwrap_err();
    assert!(matches!(refused, MarketError::Mixed { .. }), "{refused}");
}

#[test]
fn the_table_of_marks_is_refused_with_its_place() {
    let refusal = |text: &str| panel().with_estimates_from_csv("e.csv", text).unwrap_err().to_string();
    let lines = |text: &str| refusal(&format!("month,asset,method\n1980-02,a,em\n{text}\n"));
    assert_eq!(lines("1981-02,a,em"), "e.csv, line 3, field month: \"1981-02\" is not a date of the panel");
    assert_eq!(lines("1980-2,a,em"), "e.csv, line 3, field month: \"1980-2\" is not a month such as 1980-01");
    assert_eq!(
        lines("1980-02,a_usd,em"),
        "e.csv, line 3, field asset: \"a_usd\" is not an asset of the panel"
    );
    assert_eq!(lines("1980-02,,em"), "e.csv, line 3, field asset: \"\" is not an asset of the panel");
    assert!(lines("1980-02,b,E M").starts_with("e.csv, line 3, field method: \"E M\" is not a method"));
    assert!(lines("1980-02,b,").starts_with("e.csv, line 3, field method: \"\" is not a method"));
    assert_eq!(
        lines("1980-01,b,em"),
        "e.csv, line 3, field month: \"1980-01\" is not a day on which the asset has a value"
    );
    for method in ["em", "other"] {
        assert!(
            lines(&format!("1980-02,a,{method}")).contains("line 3, field month: \"1980-02\" is not a day")
        );
    }
    assert!(refusal("month,asset\n1980-02,a\n").contains("no heading \"method\""));
    assert!(refusal("date,asset,method\n1980-02-29,a,em\n").contains("unknown heading \"date\""));
    assert!(refusal("month,asset,method\n").contains("no line below the heading"));
}

/// A month means its last day: beside daily prices it would mark one day of many.
#[test]
fn beside_daily_prices_estimates_are_by_the_day() {
    let daily = PricePanel::from_csv("d.csv", "date,a_usd\n1980-01-31,1\n1980-02-01,2\n").unwrap();
    let refused = daily.clone().with_estimates_from_csv("e.csv", "month,asset,method\n1980-01,a,em\n");
    assert!(refused.unwrap_err().to_string().contains("unknown heading \"month\""));
    let marked = daily.with_estimates_from_csv("e.csv", "asset,method,date\na,em,1980-02-01\n").unwrap();
    assert_eq!([0, 1].map(|row| marked.estimate(0, row)), [None, Some("em")]);
}

/// Levels, whether each is marked (0: not), as columns of `[dates]`.
fn cells() -> impl Strategy<Value = Vec<Vec<(Option<f64>, u8)>>> {
    (1..20_usize, 1..4_usize).prop_flat_map(|(dates, assets)| {
        let cell = (prop::option::weighted(0.8, 0.1..9.0_f64), 0..3_u8);
        let cell = cell.prop_map(|(level, mark)| (level, level.map_or(0, |_| mark)));
        prop::collection::vec(prop::collection::vec(cell, dates), assets)
    })
}

const METHODS: [&str; 2] = ["em", "stambaugh"];

fn built(cells: &[Vec<(Option<f64>, u8)>]) -> PricePanel {
    let dates: Vec<_> = cells[0]
        .iter()
        .scan(Month::new(1979, 12).unwrap(), |month, _| {
            *month = month.offset(1);
            Some(month.last_day())
        })
        .collect();
    let columns = cells.iter().enumerate().map(|(k, column)| {
        let instrument = Instrument { id: id(&format!("a{k}")), currency: Currency::USD };
        (instrument, column.iter().map(|(level, _)| *level).collect())
    });
    PricePanel::new(Frequency::Monthly, dates, columns.collect()).unwrap()
}

fn marked(cells: &[Vec<(Option<f64>, u8)>]) -> PricePanel {
    let mut panel = built(cells);
    for (k, column) in cells.iter().enumerate() {
        for (mark, method) in (1..).zip(METHODS) {
            let dates: Vec<_> = panel.dates().iter().zip(column).filter(|(_, cell)| cell.1 == mark).collect();
            let dates: Vec<_> = dates.into_iter().map(|(date, _)| *date).collect();
            panel = panel.with_estimates(&id(&format!("a{k}")), method, dates).unwrap();
        }
    }
    panel
}

proptest! {
    #[test]
    fn marks_read_back_and_the_order_of_marking_does_not_matter(cells in cells()) {
        let panel = marked(&cells);
        let mut lines = Vec::new();
        for (k, column) in cells.iter().enumerate() {
            for (row, (_, mark)) in column.iter().enumerate() {
                let method = usize::from(*mark).checked_sub(1).map(|place| METHODS[place]);
                prop_assert_eq!(panel.estimate(k, row), method);
                let before = row.checked_sub(1).map(|before| column[before].1 > 0);
                prop_assert_eq!(panel.is_return_estimated(k, row), before.is_some_and(|before| before || *mark > 0));
                if let Some(method) = method {
                    lines.push(format!("{},a{k},{method}", panel.months()[row]));
                }
            }
        }
        prop_assert_eq!(panel.has_estimates(), !lines.is_empty());
        if !lines.is_empty() {
            lines.reverse();
            let text = format!("month,asset,method\n{}\n", lines.join("\n"));
            prop_assert_eq!(built(&cells).with_estimates_from_csv("e.csv", &text).unwrap(), panel);
        }
    }

    /// No look-ahead: marks on later days are not seen, and those up to the day are the panel's own.
    #[test]
    fn marks_after_a_day_cannot_be_seen(cells in cells(), cut in 0..20_usize) {
        let cut = cut.min(cells[0].len() - 1);
        let later: Vec<Vec<_>> = cells.iter().map(|column| {
            let blind = |(row, cell): (usize, &(Option<f64>, u8))| if row > cut { (Some(1.0), 1) } else { *cell };
            column.iter().enumerate().map(blind).collect()
        }).collect();
        let (one, two) = (Market::new(Currency::USD, marked(&cells)), Market::new(Currency::USD, marked(&later)));
        let date = one.prices().dates()[cut];
        for position in 0..=cells.len() {
            let (a, b) = (one.as_of(date).price(position), two.as_of(date).price(position));
            // Nor by comparison, nor in print.
            prop_assert_eq!(a, b);
            prop_assert_eq!(format!("{a:?}"), format!("{b:?}"));
            prop_assert_eq!(one.as_of(date).is_estimated(position), one.prices().estimate(position, cut).is_some());
            for steps in 0..cells[0].len() + 2 {
                prop_assert_eq!(a.estimate(steps), b.estimate(steps));
                prop_assert_eq!(a.is_return_estimated(steps), b.is_return_estimated(steps));
                let row = cut.checked_sub(steps);
                prop_assert_eq!(a.estimate(steps), row.and_then(|row| one.prices().estimate(position, row)));
                prop_assert_eq!(a.is_return_estimated(steps), row.is_some_and(|row| one.prices().is_return_estimated(position, row)));
            }
            prop_assert_eq!(a.estimate(usize::MAX), None);
        }
    }

    #[test]
    fn no_text_makes_the_reader_of_marks_panic(text in "[\\x00-\\x7f日\u{feff}]{0,80}", lines in "((1980-0[1-5]|x),(a|b|),(em|E|)\n){0,5}") {
        let _ = panel().with_estimates_from_csv("x", &text);
        let _ = panel().with_estimates_from_csv("x", &format!("month,asset,method\n{lines}"));
    }
}
