use allweather_core::Currency;
use allweather_market::{Frequency, Instrument, Market, PricePanel};
use allweather_rebalance::{
    Calendar, Convention, Decision, Edge, Period, Reason, Rebalancer, Review, ScheduledDay, Targets,
};
use chrono::{Datelike, Days, NaiveDate, Weekday};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The reviews on which the rule trades, as places; without `ahead` no review knows the next one.
fn due(rule: Calendar, dates: &[NaiveDate], ahead: bool) -> Vec<usize> {
    let gold = Instrument { id: "gold".parse().unwrap(), currency: Currency::JPY };
    let levels = vec![Some(1.0); dates.len()];
    let panel = PricePanel::new(Frequency::Daily, dates.to_vec(), vec![(gold, levels)]).unwrap();
    let market = Market::new(Currency::JPY, panel);
    let trades = |i: &usize| {
        let review = Review::new(market.as_of(dates[*i]), &[1.0], &[1.0]);
        let review = if *i == 0 { review } else { review.after(dates[i - 1]) };
        let next = dates.get(i + 1).filter(|_| ahead);
        let review = next.map_or(review, |next| review.before(*next));
        let trades = rule.decide(&review, &mut Targets::new(vec![1.0])).unwrap().trades();
        assert_eq!(rule.may_trade(review.day()), trades, "a calendar trades whenever it may");
        trades
    };
    (0..dates.len()).filter(trades).collect()
}

fn on(every: Period, month: Option<u32>, day: u32, convention: Convention) -> Calendar {
    let day = ScheduledDay::new(day, convention).unwrap();
    let day = month.map_or(day, |month| day.in_month(month).unwrap());
    Calendar { every, on: Edge::Scheduled(day) }
}

fn weekdays(first: &str, count: u64) -> Vec<NaiveDate> {
    let days = (0..count).map(|k| day(first) + Days::new(k));
    days.filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)).collect()
}

fn due_days(rule: Calendar, dates: &[NaiveDate]) -> Vec<String> {
    due(rule, dates, true).into_iter().map(|i| dates[i].to_string()).collect()
}

/// 15 June 2024 is a Saturday, 31 August 2024 too.
#[test]
fn the_three_conventions_of_isda() {
    let dates = weekdays("2024-06-01", 95);
    let june = |convention| due_days(on(Period::Month, None, 15, convention), &dates)[0].clone();
    assert_eq!(june(Convention::Following), "2024-06-17");
    assert_eq!(june(Convention::ModifiedFollowing), "2024-06-17");
    assert_eq!(june(Convention::Preceding), "2024-06-14");
    let last = |convention| due_days(on(Period::Month, None, 31, convention), &dates);
    assert_eq!(last(Convention::Following), ["2024-07-01", "2024-07-31", "2024-09-02"]);
    assert_eq!(last(Convention::ModifiedFollowing), ["2024-06-28", "2024-07-31", "2024-08-30"]);
    assert_eq!(last(Convention::Preceding), ["2024-06-28", "2024-07-31", "2024-08-30"]);
}

#[test]
fn weeks_quarters_and_years_have_days_of_their_own() {
    let dates = weekdays("2023-12-25", 800);
    let modified = Convention::ModifiedFollowing;
    let weekly = due_days(on(Period::Week, None, 3, modified), &dates);
    assert_eq!(weekly[..2], ["2023-12-27", "2024-01-03"]);
    // A Saturday of every week is the Friday before it, also across months.
    assert_eq!(due_days(on(Period::Week, None, 6, Convention::Preceding), &dates)[0], "2023-12-29");
    let quarterly = due_days(on(Period::Quarter, Some(2), 30, modified), &dates);
    // 30 February is the 29th in 2024, a Thursday, and the 28th in 2025, a Friday; 30 November 2024 is a Saturday.
    assert_eq!(quarterly[..5], ["2024-02-29", "2024-05-30", "2024-08-30", "2024-11-29", "2025-02-28"]);
    let yearly = due_days(on(Period::Year, Some(6), 30, modified), &dates);
    assert_eq!(yearly, ["2024-06-28", "2025-06-30"]);
    // Sparse reviews: every scheduled day falls to one of them.
    let ends: Vec<_> = (1..13).map(|m| day(&format!("2024-{m:02}-28"))).collect();
    assert_eq!(due_days(on(Period::Quarter, Some(2), 15, Convention::Following), &ends)[0], "2024-02-28");
    assert_eq!(due_days(on(Period::Quarter, Some(2), 15, Convention::Preceding), &ends)[0], "2024-01-28");
}

#[test]
fn a_scheduled_day_says_for_which_day_a_review_stands() {
    let gold = Instrument { id: "gold".parse().unwrap(), currency: Currency::JPY };
    let dates = weekdays("2024-06-10", 10);
    let panel = PricePanel::new(Frequency::Daily, dates.clone(), vec![(gold, vec![Some(1.0); dates.len()])]);
    let market = Market::new(Currency::JPY, panel.unwrap());
    let rule = on(Period::Month, None, 15, Convention::Following);
    let decide = |date: &str, previous: &str| {
        let review = Review::new(market.as_of(day(date)), &[1.0], &[1.0]).after(day(previous));
        rule.decide(&review, &mut Targets::new(vec![1.0])).unwrap()
    };
    let traded = decide("2024-06-17", "2024-06-14");
    assert!(
        matches!(traded, Decision::Rebalance(Reason::DueFor { scheduled, .. }) if scheduled == day("2024-06-15"))
    );
    assert_eq!(traded.reason().explain(&[]), "monthly review of 2024-06-15 is due");
    let held = decide("2024-06-18", "2024-06-17");
    assert_eq!(held.reason().explain(&[]), "monthly review is not due before that of 2024-07-15");
    assert_eq!(
        decide("2024-06-14", "2024-06-13").reason().explain(&[]),
        "monthly review is not due before that of 2024-06-15"
    );
}

#[test]
fn every_review_trades_when_the_period_is_the_review() {
    let dates = weekdays("2024-06-10", 10);
    for on in [Edge::Start, Edge::End] {
        assert_eq!(due(Calendar { every: Period::Review, on }, &dates, true).len(), dates.len());
    }
}

#[test]
fn days_that_are_none_of_the_period_are_refused() {
    for (json, words) in [
        (r#"{"every":"month","on":{"day":0,"convention":"following"}}"#, "scheduled day 0 is not in 1..=31"),
        (
            r#"{"every":"month","on":{"day":32,"convention":"following"}}"#,
            "scheduled day 32 is not in 1..=31",
        ),
        (
            r#"{"every":"week","on":{"day":8,"convention":"following"}}"#,
            "scheduled day 8 is not in 1..=7, of a week",
        ),
        (
            r#"{"every":"month","on":{"month":2,"day":1,"convention":"following"}}"#,
            "scheduled month 2 is not left out",
        ),
        (
            r#"{"every":"quarter","on":{"month":4,"day":1,"convention":"following"}}"#,
            "month 4 is not in 1..=3, of a quarter",
        ),
        (
            r#"{"every":"quarter","on":{"day":1,"convention":"following"}}"#,
            "scheduled month 0 is not in 1..=3",
        ),
        (
            r#"{"every":"year","on":{"month":13,"day":1,"convention":"preceding"}}"#,
            "scheduled month 13 is not in 1..=12",
        ),
        (r#"{"every":"review","on":{"day":1,"convention":"preceding"}}"#, "every review trades"),
        (r#"{"every":"month","on":{"day":1}}"#, "missing field `convention`"),
        (r#"{"every":"month","on":{"day":1,"convention":"nearest"}}"#, "unknown variant `nearest`"),
        (r#"{"every":"month","on":{"day":1,"convention":"preceding","x":1}}"#, "unknown field `x`"),
        (r#"{"every":"month","on":"middle"}"#, "\"start\", \"end\", or a day with a convention"),
        (r#"{"every":"month"}"#, "missing field `on`"),
    ] {
        let refused = serde_json::from_str::<Calendar>(json).unwrap_err().to_string();
        assert!(refused.contains(words), "{json}: {refused}");
    }
    // What is made without a file is refused when it is asked.
    let rule = on(Period::Year, None, 1, Convention::Following);
    let gold = Instrument { id: "gold".parse().unwrap(), currency: Currency::JPY };
    let panel =
        PricePanel::new(Frequency::Daily, vec![day("2024-06-10")], vec![(gold, vec![Some(1.0)])]).unwrap();
    let market = Market::new(Currency::JPY, panel);
    let review = Review::new(market.as_of(day("2024-06-10")), &[1.0], &[1.0]);
    assert!(rule.decide(&review, &mut Targets::new(vec![1.0])).is_err());
}

#[test]
fn every_form_is_written_as_it_is_read() {
    for json in [
        r#"{"every":"review"}"#,
        r#"{"every":"review","on":"end"}"#,
        r#"{"every":"week","on":"start"}"#,
        r#"{"every":"week","on":{"day":3,"convention":"preceding"}}"#,
        r#"{"every":"month","on":{"day":15,"convention":"modified_following"}}"#,
        r#"{"every":"quarter","on":{"month":2,"day":31,"convention":"following"}}"#,
        r#"{"every":"half_year","on":{"month":6,"day":31,"convention":"following"}}"#,
        r#"{"every":"year","on":{"month":12,"day":31,"convention":"preceding"}}"#,
    ] {
        let rule: Calendar = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
    }
}

fn schedules() -> impl Strategy<Value = Calendar> {
    let convention = prop_oneof![
        Just(Convention::Following),
        Just(Convention::ModifiedFollowing),
        Just(Convention::Preceding)
    ];
    let place = prop_oneof![
        (1..=7_u32).prop_map(|day| (Period::Week, None, day)),
        (1..=31_u32).prop_map(|day| (Period::Month, None, day)),
        (1..=3_u32, 1..=31_u32).prop_map(|(month, day)| (Period::Quarter, Some(month), day)),
        (1..=6_u32, 1..=31_u32).prop_map(|(month, day)| (Period::HalfYear, Some(month), day)),
        (1..=12_u32, 1..=31_u32).prop_map(|(month, day)| (Period::Year, Some(month), day)),
    ];
    (place, convention).prop_map(|((every, month, day), convention)| on(every, month, day, convention))
}

/// The scheduled days between two days, found by looking at every day: an oracle without the arithmetic of periods.
fn scheduled(rule: Calendar, from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    let Edge::Scheduled(day) = rule.on else { unreachable!() };
    let fits = |date: &NaiveDate| {
        if rule.every == Period::Week {
            return date.weekday().number_from_monday() == day.day();
        }
        let in_month = match (rule.every, day.month()) {
            (Period::Quarter, Some(month)) => date.month0() % 3 + 1 == month,
            (Period::HalfYear, Some(month)) => date.month0() % 6 + 1 == month,
            (Period::Year, Some(month)) => date.month() == month,
            _ => true,
        };
        let last = date.succ_opt().unwrap().month() != date.month();
        in_month && (date.day() == day.day() || (last && date.day() < day.day()))
    };
    from.iter_days().take_while(|date| *date <= to).filter(fits).collect()
}

proptest! {
    /// On any dates, what is traded is exactly the reviews for which a scheduled day stands: one each.
    #[test]
    fn each_scheduled_day_is_traded_on_exactly_once(
        rule in schedules(), offset in 0..400_u64, gaps in prop::collection::vec(1..60_u64, 1..40), ahead in any::<bool>(),
    ) {
        let mut dates = vec![day("2023-01-01") + Days::new(offset)];
        for gap in gaps {
            dates.push(*dates.last().unwrap() + Days::new(if ahead { gap } else { 1 }));
        }
        let dates: Vec<_> = if ahead { dates } else {
            // Nobody knows the next review: weekdays count, so reviews are weekdays here.
            dates.into_iter().filter(|d| !matches!(d.weekday(), Weekday::Sat | Weekday::Sun)).collect()
        };
        if dates.is_empty() {
            return Ok(());
        }
        let (first, last) = (dates[0], *dates.last().unwrap());
        let Edge::Scheduled(day) = rule.on else { unreachable!() };
        let month = |date: NaiveDate| (date.year(), date.month());
        // Where nothing is known ahead, the next weekday is the next review.
        let beyond = last.iter_days().skip(1).find(|d| !matches!(d.weekday(), Weekday::Sat | Weekday::Sun)).unwrap();
        let mut expected: Vec<usize> = Vec::new();
        for planned in scheduled(rule, first, beyond.pred_opt().unwrap()) {
            let following = dates.iter().position(|d| *d >= planned);
            let preceding = dates.iter().rposition(|d| *d <= planned).unwrap();
            let place = match day.convention() {
                Convention::Following => following,
                Convention::Preceding => Some(preceding),
                _ => {
                    let after = following.map_or(beyond, |i| dates[i]);
                    if month(after) == month(planned) { following } else { Some(preceding) }
                }
            };
            expected.extend(place);
        }
        expected.dedup();
        prop_assert_eq!(due(rule, &dates, ahead), expected);
    }

    #[test]
    fn no_date_is_too_early_or_too_late(rule in schedules(), ordinal in 0..730_u64, end in any::<bool>()) {
        let date = if end { NaiveDate::MAX - Days::new(ordinal) } else { NaiveDate::MIN + Days::new(ordinal) };
        let gold = Instrument { id: "gold".parse().unwrap(), currency: Currency::JPY };
        if let Ok(panel) = PricePanel::new(Frequency::Daily, vec![date], vec![(gold, vec![Some(1.0)])]) {
            let market = Market::new(Currency::JPY, panel);
            let review = Review::new(market.as_of(date), &[1.0], &[1.0]);
            let _ = rule.decide(&review, &mut Targets::new(vec![1.0]));
        }
    }
}
