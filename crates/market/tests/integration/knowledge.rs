use allweather_core::{Currency, Month};
use allweather_market::{Frequency, Instrument, Market, MonthlySeries, PricePanel, SpotPanel};
use proptest::prelude::*;

fn month(k: i32) -> Month {
    Month::new(1980, 1).unwrap().offset(k)
}

#[test]
fn a_month_is_known_when_it_is_over_and_its_delay_has_passed() {
    let series = MonthlySeries::new(month(0), vec![Some(1.0), None, Some(3.0)]).unwrap();
    let mid = month(2).first_day();
    assert_eq!(series.known_on(mid).last_month(), Some(month(0)), "March is not over on its first day");
    assert_eq!(series.known_on(month(2).last_day()).get(month(2)), Some(3.0));
    assert_eq!(series.known_on(month(2).last_day()).get(month(1)), None);
    let late = series.published_after(2);
    assert_eq!(late.known_on(month(1).last_day()).last_month(), None);
    assert_eq!(late.known_on(month(2).last_day()).last_month(), Some(month(0)));
    assert_eq!(late.known_on(month(-5).last_day()).last_month(), None);
    assert_eq!(late.known_on(chrono::NaiveDate::MAX).last_month(), None);
}

#[test]
fn a_short_rate_that_ended_is_not_carried_on() {
    let prices = PricePanel::from_csv("p", "month,a_usd\n1980-01,1\n1980-02,1\n1980-03,1\n").unwrap();
    let rates = allweather_market::rates_from_csv(
        "r",
        "month,currency,rate_pct,basis\n1980-01,USD,5,x\n1980-02,USD,6,x\n",
    )
    .unwrap();
    let market = Market::new(Currency::JPY, prices).with_short_rates(rates);
    let on = |k| market.as_of(month(k).last_day()).short_rate(Currency::USD);
    assert_eq!([on(0), on(1), on(2)], [Some(0.05), Some(0.06), None]);
    assert_eq!(market.as_of(month(1).first_day()).short_rate(Currency::USD), Some(0.05));
    assert_eq!(market.as_of(month(0).last_day()).short_rate(Currency::EUR), None);
}

#[test]
fn spots_must_be_in_the_base_currency() {
    let prices = PricePanel::from_csv("p", "month,a_usd\n1980-01,1\n").unwrap();
    let spots = SpotPanel::from_csv("fx", "month,jpy\n1980-01,0.0042\n", Currency::USD).unwrap();
    assert!(Market::new(Currency::JPY, prices).with_spots(spots).unwrap_err().to_string().contains("USD"));
}

#[test]
fn levels_are_kept_by_name_and_position() {
    let panel = PricePanel::from_csv("p", "month,a_usd,b_jpy\n1980-01,1,\n1980-02,2,20\n").unwrap();
    assert_eq!(panel.position(&"b".parse().unwrap()), Some(1));
    assert_eq!(panel.levels(1), [None, Some(20.0)]);
}

proptest! {
    /// No look-ahead: whatever happens after a day changes nothing that is seen on it.
    #[test]
    fn the_future_cannot_be_seen(
        levels in prop::collection::vec(prop::option::weighted(0.9, 0.1..1000.0_f64), 3..40),
        cut in 1..38_usize,
        factor in 0.5..2.0_f64,
        delay in 0..3_u16,
    ) {
        let cut = cut.min(levels.len() - 1);
        let build = |levels: &[Option<f64>]| {
            let dates: Vec<_> = (0..levels.len()).map(|k| month(i32::try_from(k).unwrap()).last_day()).collect();
            let asset = Instrument { id: "a".parse().unwrap(), currency: Currency::USD };
            let prices = PricePanel::new(Frequency::Monthly, dates.clone(), vec![(asset, levels.to_vec())]).unwrap();
            let spots = SpotPanel::new(Currency::JPY, Frequency::Monthly, dates, vec![(Currency::USD, levels.to_vec())]).unwrap();
            let series = MonthlySeries::new(month(0), levels.to_vec()).unwrap().published_after(delay);
            Market::new(Currency::JPY, prices).with_spots(spots).unwrap().with_statistic("s", series)
        };
        let changed: Vec<_> = levels.iter().enumerate()
            .map(|(k, x)| if k < cut { *x } else { x.map(|x| x * factor).or(Some(1.0)) }).collect();
        let (one, two) = (build(&levels), build(&changed));
        let date = month(i32::try_from(cut).unwrap() - 1).last_day();
        let (a, b) = (one.as_of(date), two.as_of(date));
        prop_assert_eq!(a.price(0), b.price(0));
        prop_assert_eq!(a.price(0).len(), cut);
        prop_assert_eq!(a.spot(Currency::USD), b.spot(Currency::USD));
        for k in -2..50 {
            prop_assert_eq!(a.statistic("s").unwrap().get(month(k)), b.statistic("s").unwrap().get(month(k)));
        }
        prop_assert_eq!(a.price(0).back(0), a.price(0).last());
        prop_assert_eq!(a.price(0).back(cut), None);
    }
}

#[test]
fn the_first_month_of_the_calendar_is_not_known_before_it_is_over() {
    let first = Month::new(1, 1).unwrap();
    let series = MonthlySeries::new(first, vec![Some(1.5)]).unwrap();
    let day_before = first.last_day().pred_opt().unwrap();
    assert_eq!(series.known_on(day_before).get(first), None);
    assert_eq!(series.known_on(first.last_day()).get(first), Some(1.5));
    let prices = PricePanel::from_csv("p", "month,a_usd\n0001-01,1\n").unwrap();
    let market = Market::new(Currency::USD, prices);
    assert_eq!(market.as_of(day_before).complete_month(), None);
    assert_eq!(market.as_of(first.last_day()).complete_month(), Some(first));
}

#[test]
fn no_month_comes_after_the_last_of_the_calendar() {
    let last = Month::new(9999, 12).unwrap();
    // The second value was neither checked nor ever found.
    let message = MonthlySeries::new(last, vec![Some(1.0), Some(f64::NAN)]).unwrap_err().to_string();
    assert_eq!(message, "date +10000-01-01 is outside the years 1 to 9999");
    assert!(MonthlySeries::new(last.offset(-1), vec![Some(1.0), Some(2.0)]).is_ok());
    let twice = "month,usd\n9999-12,1\n9999-12,2\n";
    let message = MonthlySeries::by_currency_from_csv("f", twice).unwrap_err().to_string();
    assert_eq!(message, "f, line 3, field month: \"9999-12\" is not the month after the line before");
}
