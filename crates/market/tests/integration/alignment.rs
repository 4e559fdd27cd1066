use allweather_core::Currency;
use allweather_market::{Basis, CommonDates, Market, MarketError, PricePanel, SpotPanel};
use chrono::NaiveDate;
use proptest::prelude::*;

use crate::days::{Cells, cells, day, panel, spots, with_another_future};

fn read(text: &str) -> PricePanel {
    PricePanel::from_csv("p", text).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// New York and Tokyo around a new year: Tokyo is closed until 4 January.
fn two() -> [PricePanel; 2] {
    [
        read("date,spx_usd\n2023-12-28,50\n2023-12-29,100\n2024-01-02,99\n2024-01-03,\n2024-01-04,98\n"),
        read(
            "date,topix_jpy,reit_jpy\n2023-12-28,10,\n2023-12-29,100,5\n2024-01-04,101,\n2024-01-05,102,6\n",
        ),
    ]
}

/// A trap of other libraries: the level of 3 January filled back into 2 January, so that its move shows a day early.
#[test]
fn a_holiday_is_never_filled_from_the_day_after() {
    let closed = [
        read("date,a_jpy\n2024-01-02,1\n2024-01-03,2\n"),
        read("date,b_jpy\n2023-12-29,100\n2024-01-03,50\n"),
    ];
    for (oldest, on_the_second) in [(0, None), (3, None), (4, Some(100.0))] {
        let aligned = PricePanel::aligned(&closed, CommonDates::Any { oldest }).unwrap();
        assert_eq!(aligned.dates(), ["2023-12-29", "2024-01-02", "2024-01-03"].map(date));
        assert_eq!(aligned.levels(1), [Some(100.0), on_the_second, Some(50.0)]);
        assert_eq!(aligned.levels(0), [None, Some(1.0), Some(2.0)], "nothing stands before the first day");
        assert_eq!(aligned.estimate(1, 1), on_the_second.map(|_| "carried"));
        assert_eq!(aligned.estimate(1, 2), None);
    }
}

#[test]
fn shared_dates_are_those_of_all() {
    let aligned = PricePanel::aligned(&two(), CommonDates::Shared).unwrap();
    assert_eq!(aligned.dates(), ["2023-12-28", "2023-12-29", "2024-01-04"].map(date));
    assert_eq!(
        aligned.instruments().iter().map(|it| it.id.as_str()).collect::<Vec<_>>(),
        ["spx", "topix", "reit"]
    );
    assert_eq!(aligned.levels(0), [Some(50.0), Some(100.0), Some(98.0)]);
    assert_eq!(aligned.levels(2), [None, Some(5.0), None], "a gap stays a gap");
    assert!(!aligned.has_estimates());
}

#[test]
fn a_level_is_carried_over_holidays_and_never_over_a_gap() {
    let aligned = PricePanel::aligned(&two(), CommonDates::Any { oldest: 7 }).unwrap();
    let days = ["2023-12-28", "2023-12-29", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];
    assert_eq!(aligned.dates(), days.map(date));
    // 3 January is a day of the first panel without a level; on the 5th its last level is that of the 4th.
    let first = [Some(50.0), Some(100.0), Some(99.0), None, Some(98.0), Some(98.0)];
    assert_eq!(aligned.levels(0), first);
    assert_eq!(aligned.levels(1), [10.0, 100.0, 100.0, 100.0, 101.0, 102.0].map(Some));
    // The gap of 4 January ends what was carried.
    assert_eq!(aligned.levels(2), [None, Some(5.0), Some(5.0), Some(5.0), None, Some(6.0)]);
    let carried: Vec<Vec<usize>> =
        (0..3).map(|k| (0..6).filter(|row| aligned.estimate(k, *row) == Some("carried")).collect()).collect();
    assert_eq!(carried, [vec![5], vec![2, 3], vec![2, 3]]);
    let none = PricePanel::aligned(&two(), CommonDates::Any { oldest: 0 }).unwrap();
    assert!(!none.has_estimates());
    assert_eq!(none.levels(1), [Some(10.0), Some(100.0), None, None, Some(101.0), Some(102.0)]);
}

#[test]
fn a_carried_estimate_keeps_its_method() {
    let [us, japan] = two();
    let japan = japan.with_estimates(&"reit".parse().unwrap(), "em", [date("2023-12-29")]).unwrap();
    let panels = [us, japan];
    let aligned = PricePanel::aligned(&panels, CommonDates::Any { oldest: 7 }).unwrap();
    assert_eq!([1, 2, 3].map(|row| aligned.estimate(2, row)), [Some("em"); 3]);
    let shared = PricePanel::aligned(&panels, CommonDates::Shared).unwrap();
    assert_eq!([0, 1, 2].map(|row| shared.estimate(2, row)), [None, Some("em"), None]);
    assert_eq!([0, 1, 2].map(|row| shared.estimate(1, row)), [None; 3]);
}

#[test]
fn what_cannot_stand_side_by_side_is_refused_by_name() {
    let refusal = |panels: &[PricePanel], dates| PricePanel::aligned(panels, dates).unwrap_err().to_string();
    let [a, b] = two();
    let averages = b.clone().with_basis(Basis::Average);
    for dates in [CommonDates::Shared, CommonDates::Any { oldest: 1 }] {
        assert_eq!(
            refusal(&[a.clone(), a.clone().with_basis(Basis::End), averages.clone()], dates),
            "spx is of period ends and topix of averages over periods: they do not go together"
        );
        let monthly = read("month,gold_usd\n2023-12,1\n");
        assert_eq!(
            refusal(&[a.clone(), monthly], dates),
            "spx is daily and gold monthly: they do not go together"
        );
        assert_eq!(refusal(&[a.clone(), a.clone()], dates), "spx appears twice");
        assert_eq!(refusal(&[], dates), "the list of panels is empty");
    }
    let both = PricePanel::aligned(std::slice::from_ref(&averages), CommonDates::Shared).unwrap();
    assert_eq!(both, averages, "the basis stays");
    let later = read("date,c_jpy\n2030-01-04,1\n");
    assert_eq!(refusal(&[a, later], CommonDates::Shared), "the list of dates that all panels have is empty");
}

#[test]
fn monthly_panels_stand_side_by_side_while_they_touch() {
    let panels =
        [read("month,a_usd\n2020-01,1\n2020-02,2\n"), read("month,b_usd\n2020-02,3\n2020-03,4\n2020-04,5\n")];
    let any = PricePanel::aligned(&panels, CommonDates::Any { oldest: 0 }).unwrap();
    assert_eq!(any.levels(0), [Some(1.0), Some(2.0), None, None]);
    assert_eq!(any.levels(1), [None, Some(3.0), Some(4.0), Some(5.0)]);
    let shared = PricePanel::aligned(&panels, CommonDates::Shared).unwrap();
    assert_eq!((shared.levels(0), shared.levels(1)), (&[Some(2.0)][..], &[Some(3.0)][..]));
    let apart = [read("month,a_usd\n2020-01,1\n"), read("month,b_usd\n2020-03,3\n")];
    let error = PricePanel::aligned(&apart, CommonDates::Any { oldest: 0 }).unwrap_err();
    assert!(matches!(error, MarketError::Order { .. }), "{error}");
}

#[test]
fn spots_go_onto_the_dates_of_prices() {
    let text = "date,usd,eur\n2023-12-29,141,156\n2024-01-02,142,\n2024-01-04,145,159\n";
    let spots = SpotPanel::from_csv("fx", text, Currency::JPY).unwrap();
    let days = ["2023-12-28", "2023-12-29", "2023-12-30", "2024-01-01", "2024-01-03", "2024-01-04"].map(date);
    let moved = spots.on_dates(&days, 1).unwrap();
    let of = |currency| days.map(|day| (moved.on(currency, day), moved.estimate(currency, day)));
    let seen = |rate: f64| (Some(rate), None);
    let carried = |rate: f64| (Some(rate), Some("carried"));
    let gap = (None, None);
    assert_eq!(of(Currency::USD), [gap, seen(141.0), carried(141.0), gap, carried(142.0), seen(145.0)]);
    assert_eq!(of(Currency::EUR), [gap, seen(156.0), carried(156.0), gap, gap, seen(159.0)]);
    assert_eq!(moved.base(), Currency::JPY);
    // A view as of a day tells as well.
    let prices = read("date,a_usd\n2024-01-03,1\n");
    let market = Market::new(Currency::JPY, prices).with_spots(moved).unwrap();
    let spot = market.as_of(date("2024-01-03")).spot(Currency::USD).unwrap();
    assert_eq!((spot.last(), spot.estimate(0)), (Some(142.0), Some("carried")));
    assert!(spots.on_dates(&[], 1).is_err());
    assert!(spots.on_dates(&[days[1], days[0]], 1).is_err());
    assert!(spots.on_dates(&[NaiveDate::MAX], 1).is_err());
}

#[test]
fn the_choice_of_dates_is_plain_data() {
    let json = r#"{"any":{"oldest":5}}"#;
    let choice: CommonDates = serde_json::from_str(json).unwrap();
    assert_eq!(choice, CommonDates::Any { oldest: 5 });
    assert_eq!(serde_json::to_string(&choice).unwrap(), json);
    assert!(serde_json::from_str::<CommonDates>(r#"{"any":{"oldest":5,"newest":1}}"#).is_err());
    assert!(serde_json::from_str::<CommonDates>(r#"{"any":{}}"#).is_err());
}

fn made(one: &Cells, two: &Cells, dates: CommonDates) -> Option<PricePanel> {
    PricePanel::aligned(&[panel("a", Currency::USD, one), panel("b", Currency::JPY, two)], dates).ok()
}

fn choice() -> impl Strategy<Value = CommonDates> {
    prop_oneof![Just(CommonDates::Shared), (0..9_u16).prop_map(|oldest| CommonDates::Any { oldest })]
}

proptest! {
    /// Each cell by the rule, read off the panels one by one.
    #[test]
    fn every_cell_is_the_newest_date_of_its_panel(one in cells(), two in cells(), dates in choice()) {
        let aligned = made(&one, &two, dates);
        let (shared, oldest) = match dates { CommonDates::Any { oldest } => (false, oldest), CommonDates::Shared => (true, 0) };
        let open = |cells: &Cells, k: u16| cells.iter().any(|cell| cell.0 == k);
        let expected: Vec<u16> = (0..100).filter(|k| {
            let (a, b) = (open(&one, *k), open(&two, *k));
            if shared { a && b } else { a || b }
        }).collect();
        prop_assert_eq!(aligned.as_ref().map_or(vec![], |it| it.dates().to_vec()), expected.iter().map(|k| day(*k)).collect::<Vec<_>>());
        for (position, cells) in [&one, &two].into_iter().enumerate() {
            for (row, k) in expected.iter().enumerate() {
                let newest = cells.iter().rfind(|cell| cell.0 <= *k).filter(|cell| k - cell.0 <= oldest);
                let level = newest.and_then(|cell| cell.1);
                let method = newest.filter(|_| level.is_some()).and_then(|cell| {
                    if cell.2 { Some("em") } else if cell.0 < *k { Some("carried") } else { None }
                });
                let aligned = aligned.as_ref().unwrap();
                prop_assert_eq!(aligned.levels(position)[row], level);
                prop_assert_eq!(aligned.estimate(position, row), method);
            }
        }
    }

    /// Point in time: what is known on a day never changes by later dates, levels or marks.
    #[test]
    fn what_is_aligned_up_to_a_day_stays(
        one in cells(), two in cells(), dates in choice(), cut in 0..80_u16, factor in 0.5..2.0_f64,
    ) {
        let known = |one: &Cells, two: &Cells| {
            let market = Market::new(Currency::JPY, made(one, two, dates)?);
            let view = market.as_of(day(cut));
            Some(format!("{:?} {:?}", view.price(0), view.price(1)))
        };
        let (later_one, later_two) = (with_another_future(&one, cut, factor), with_another_future(&two, cut, factor));
        let (before, after) = (known(&one, &two), known(&later_one, &later_two));
        if before.is_some() && after.is_some() {
            prop_assert_eq!(before, after);
        }
        let fx = |cells: &Cells| {
            let days: Vec<_> = (0..=cut).map(day).collect();
            spots(cells).on_dates(&days, 3).unwrap()
        };
        prop_assert_eq!(fx(&one), fx(&later_one));
    }

    /// The order of panels is the order of instruments and nothing else.
    #[test]
    fn swapping_panels_swaps_columns(one in cells(), two in cells(), dates in choice()) {
        let panels = [panel("a", Currency::USD, &one), panel("b", Currency::JPY, &two)];
        let swapped = [panels[1].clone(), panels[0].clone()];
        if let Ok(straight) = PricePanel::aligned(&panels, dates) {
            let swapped = PricePanel::aligned(&swapped, dates).unwrap();
            for (a, b) in [(0, 1), (1, 0)] {
                prop_assert_eq!(straight.levels(a), swapped.levels(b));
                for row in 0..straight.dates().len() {
                    prop_assert_eq!(straight.estimate(a, row), swapped.estimate(b, row));
                }
            }
        }
    }
}
