use allweather_market::{Dating, Lag, MarketError, Vintage, Vintages};
use chrono::NaiveDate;
use rust_decimal::dec;

use super::{all, at, day, id, levels, number, release};

/// Value, day of publication and whether that is assumed, of a period as known on a day.
fn figure(vintages: &Vintages, on: &str, period: &str) -> Option<String> {
    let figure = vintages.as_of(day(on)).figure("s", at(period))?;
    let mark = if figure.dating == Dating::Assumed { " assumed" } else { "" };
    Some(format!("{} {} {}{mark}", figure.value, figure.published_on, figure.release.source()))
}

#[test]
fn a_revision_is_known_from_its_own_day_on() {
    let vintages = all([
        release("2024-02-20", "first", "", "2024-01 100"),
        release("2024-03-20", "second", "", "2024-01 100.5, 2024-02 101"),
    ]);
    assert_eq!(figure(&vintages, "2024-02-19", "2024-01"), None);
    assert_eq!(figure(&vintages, "2024-02-20", "2024-01").unwrap(), "100 2024-02-20 first");
    assert_eq!(figure(&vintages, "2024-03-19", "2024-01").unwrap(), "100 2024-02-20 first");
    assert_eq!(figure(&vintages, "2024-03-20", "2024-01").unwrap(), "100.5 2024-03-20 second");
    assert_eq!(figure(&vintages, "2024-03-19", "2024-02"), None);
    let newest = |on| vintages.as_of(day(on)).newest("s").map(|figure| figure.period);
    assert_eq!(newest("2024-02-19"), None);
    assert_eq!(newest("2024-03-19"), Some(at("2024-01")));
    assert_eq!(newest("9999-12-31"), Some(at("2024-02")));
    assert_eq!(vintages.newest().newest("s").unwrap().value, dec!(101));
    assert_eq!(vintages.newest().newest("other"), None);
    assert_eq!(vintages.as_of(day("2024-02-20")).day(), day("2024-02-20"));
    // Both are kept.
    let kept: Vec<_> = vintages.releases("s").iter().map(|release| release.get(at("2024-01"))).collect();
    assert_eq!(kept, [Some(dec!(100)), Some(dec!(100.5))]);
}

#[test]
fn of_two_releases_of_one_day_the_source_decides() {
    let one = release("2024-02-20", "agency", "", "2024-01 100, 2023-12 99");
    let two = release("2024-02-20", "bureau", "", "2024-01 101");
    for vintages in [all([one.clone(), two.clone()]), all([two, one])] {
        assert_eq!(figure(&vintages, "2024-02-20", "2024-01").unwrap(), "101 2024-02-20 bureau");
        assert_eq!(figure(&vintages, "2024-02-20", "2023-12").unwrap(), "99 2024-02-20 agency");
        let days = vintages.publication_days("s", NaiveDate::MIN, NaiveDate::MAX);
        assert_eq!(days.into_iter().collect::<Vec<_>>(), [day("2024-02-20")]);
    }
}

#[test]
fn a_lag_dates_what_the_oldest_release_shows() {
    let vintages = all([
        release("2024-06-20", "old", "", "2024-02 10, 2024-03 11, 2024-05 12"),
        release("2024-12-20", "new", "", "2024-01 1, 2024-02 2, 2024-03 3, 2024-10 4, 2024-11 5"),
    ]);
    assert_eq!(figure(&vintages, "2024-06-19", "2024-02"), None);
    let vintages = vintages.with_lag(id("s"), Lag::days(20));
    assert_eq!(vintages.lag("s"), Some(Lag::days(20)));
    assert_eq!(vintages.lag("t"), None);
    // The last day of February is the 29th.
    assert_eq!(figure(&vintages, "2024-03-19", "2024-02"), None);
    assert_eq!(figure(&vintages, "2024-03-20", "2024-02").unwrap(), "10 2024-03-20 old assumed");
    assert_eq!(figure(&vintages, "2024-06-20", "2024-02").unwrap(), "10 2024-03-20 old assumed");
    assert_eq!(figure(&vintages, "2024-12-20", "2024-02").unwrap(), "2 2024-12-20 new");
    // Only the newer release has January, and it is older than both.
    assert_eq!(figure(&vintages, "2024-02-19", "2024-01"), None);
    assert_eq!(figure(&vintages, "2024-02-20", "2024-01").unwrap(), "1 2024-02-20 new assumed");
    // May would be out on 20 June, as the release is; so it is stated.
    assert_eq!(figure(&vintages, "2024-06-19", "2024-05"), None);
    assert_eq!(figure(&vintages, "2024-06-20", "2024-05").unwrap(), "12 2024-06-20 old");
    // Between the releases, October comes by the lag.
    assert_eq!(figure(&vintages, "2024-11-19", "2024-10"), None);
    assert_eq!(figure(&vintages, "2024-11-20", "2024-10").unwrap(), "4 2024-11-20 new assumed");
    assert_eq!(vintages.as_of(day("2024-11-20")).newest("s").unwrap().period, at("2024-10"));
    assert_eq!(vintages.as_of(day("2024-11-19")).newest("s").unwrap().period, at("2024-05"));
    let days = |first, last| {
        let days = vintages.publication_days("s", day(first), day(last)).into_iter();
        days.map(|day| day.to_string()).collect::<Vec<_>>().join(" ")
    };
    let every = "2024-02-20 2024-03-20 2024-04-20 2024-06-20 2024-11-20 2024-12-20";
    assert_eq!(days("0001-01-01", "9999-12-31"), every);
    assert_eq!(days("2024-03-20", "2024-06-20"), "2024-03-20 2024-04-20 2024-06-20");
    assert_eq!(days("2024-06-20", "2024-03-20"), "");
    assert_eq!(all([]).publication_days("s", day("2024-01-01"), day("2024-12-31")).len(), 0);
}

/// What came out before the lag says came out then, and nothing came out on the day of the lag.
#[test]
fn an_early_release_is_no_lag() {
    let vintages = all([
        release("2024-02-05", "flash", "", "2024-01 1"),
        release("2024-03-29", "full", "", "2024-01 1, 2024-02 2"),
    ])
    .with_lag(id("s"), Lag::days(20));
    let days: Vec<_> = vintages.publication_days("s", NaiveDate::MIN, NaiveDate::MAX).into_iter().collect();
    assert_eq!(days, [day("2024-02-05"), day("2024-03-20"), day("2024-03-29")]);
    assert_eq!(figure(&vintages, "2024-02-05", "2024-01").unwrap(), "1 2024-02-05 flash");
}

#[test]
fn bases_are_joined_at_their_first_common_period() {
    let old = release("2020-01-20", "a", "2015=100", "2019-10 50, 2019-11 55, 2019-12 60");
    let new = release("2020-03-20", "b", "2020=100", "2019-11 110, 2019-12 121, 2020-01 130");
    let vintages = all([old.clone(), new]);
    assert_eq!(levels(&vintages, "2020-03-19"), "2019-10 50, 2019-11 55, 2019-12 60");
    assert_eq!(levels(&vintages, "2020-03-20"), "2019-10 100, 2019-11 110, 2019-12 121, 2020-01 130");
    let known = vintages.newest();
    let pair = |now, before| known.comparable("s", at(now), at(before)).unwrap();
    assert_eq!(pair("2020-01", "2019-11"), Some((dec!(130), dec!(110))), "one release has both");
    assert_eq!(pair("2020-01", "2019-10"), Some((dec!(130), dec!(100))), "rebased");
    assert_eq!(pair("2020-01", "2019-09"), None);
    assert_eq!(pair("2020-02", "2019-11"), None);

    // A month in between, which only an older release of the new base still has, is a bridge.
    let far = release("2020-03-20", "b", "2020=100", "2020-01 130, 2020-02 140");
    let vintages = all([old.clone(), far.clone()]);
    let message = "s: the release of 2020-03-20 and that of 2020-01-20 have no period in common, so nothing says how their bases \
                   compare";
    assert_eq!(vintages.newest().levels("s").unwrap_err().to_string(), message);
    assert!(vintages.newest().comparable("s", at("2020-01"), at("2019-10")).is_err());
    let mut vintages = all([old, far]);
    vintages.add(release("2020-02-10", "b", "2020=100", "2019-12 120, 2020-01 129")).unwrap();
    assert_eq!(
        levels(&vintages, "2020-03-20"),
        "2019-10 100, 2019-11 110, 2019-12 120, 2020-01 130, 2020-02 140"
    );
}

/// An erratum that gives one figure of a series is heeded where the unit says that it is of the same base.
#[test]
fn within_one_unit_the_figures_are_compared() {
    let mut vintages = all([release("2024-02-20", "a", "u", "2023-01 100, 2024-01 110")]);
    vintages.add(release("2024-03-20", "erratum", "u", "2023-01 101")).unwrap();
    let pair = vintages.newest().comparable("s", at("2024-01"), at("2023-01")).unwrap();
    assert_eq!(pair, Some((dec!(110), dec!(101))));
}

#[test]
fn a_release_without_a_unit_is_a_base_of_its_own() {
    let vintages = all([
        release("2020-02-20", "a", "", "2019-12 50, 2020-01 60"),
        release("2020-03-20", "b", "", "2020-01 120, 2020-02 132"),
        release("2020-04-20", "c", "", "2020-02 264, 2020-03 280"),
    ]);
    assert_eq!(levels(&vintages, "2020-04-20"), "2019-12 200, 2020-01 240, 2020-02 264, 2020-03 280");
    // A fourth that agrees with the third where both are is rebased by nothing.
    let mut more = vintages.clone();
    more.add(release("2020-05-20", "d", "", "2020-03 280, 2020-04 281")).unwrap();
    assert_eq!(
        levels(&more, "2020-05-20"),
        "2019-12 200, 2020-01 240, 2020-02 264, 2020-03 280, 2020-04 281"
    );
    // A release without a figure of its own can still link two others.
    let bridged = all([
        release("2020-02-20", "a", "", "2019-12 50"),
        release("2020-03-20", "b", "", "2019-12 5, 2020-02 8"),
        release("2020-04-20", "c", "", "2020-02 16"),
        release("2020-05-20", "d", "", "2019-12 100"),
    ]);
    assert_eq!(levels(&bridged, "2020-05-20"), "2019-12 10, 2020-02 16");
}

#[test]
fn levels_that_cannot_be_rebased_are_refused() {
    let vintages = all([
        release("2020-02-20", "a", "x", "2019-12 -1, 2020-01 60"),
        release("2020-03-20", "b", "y", "2020-01 120, 2020-02 132"),
    ]);
    let message =
        "s, 2019-12: the level -1 cannot be put on another base, it is not above 0 or does not fit a decimal";
    assert_eq!(vintages.newest().levels("s").unwrap_err().to_string(), message);
    let vintages = all([
        release("2020-02-20", "a", "x", "2019-12 1, 2020-01 0"),
        release("2020-03-20", "b", "y", "2020-01 120, 2020-02 132"),
    ]);
    assert!(vintages.newest().levels("s").unwrap_err().to_string().starts_with("s, 2020-01: the level 0 "));
    let long = "79228162514264337593543950335";
    let vintages = all([
        release("2020-02-20", "a", "x", &format!("2019-12 {long}, 2020-01 60")),
        release("2020-03-20", "b", "y", "2020-01 120, 2020-02 132"),
    ]);
    assert!(
        matches!(vintages.newest().levels("s"), Err(MarketError::Rebase { period, .. }) if period == at("2019-12"))
    );
    // Where two bases agree, nothing is rebased, whatever the numbers are.
    let agree = all([
        release("2020-02-20", "a", "", "2019-12 -1, 2020-01 0"),
        release("2020-03-20", "b", "", "2020-01 0, 2020-02 1"),
    ]);
    assert_eq!(levels(&agree, "2020-03-20"), "2019-12 -1, 2020-01 0, 2020-02 1");
    // In a unit that does not change, any number will do.
    let yields = all([release("2020-02-20", "a", "percent", "2019-12 -1, 2020-01 0")]);
    assert_eq!(levels(&yields, "2020-02-20"), "2019-12 -1, 2020-01 0");
}

#[test]
fn quarters_days_and_years_work_alike_and_only_months_are_monthly() {
    let quarters = all([release("2024-05-16", "a", "", "2023Q2 97, 2023Q4 99, 2024Q1 100")]);
    assert_eq!(levels(&quarters, "2024-05-16"), "2023Q2 97, 2023Q4 99, 2024Q1 100");
    let error = quarters.newest().monthly("s").unwrap_err().to_string();
    assert_eq!(error, "s has a figure for 2023Q2: it is not monthly");
    let days = all([release("2024-05-16", "a", "", "2024-05-14 0.9, 2024-05-16 0.95")]);
    assert_eq!(days.newest().newest("s").unwrap().value, dec!(0.95));
    assert!(days.newest().monthly("s").is_err());
    let years = all([release("2024-05-16", "a", "", "2022 1, 2024 3")]).with_lag(id("s"), Lag::days(45));
    assert_eq!(figure(&years, "2023-02-14", "2022").unwrap(), "1 2023-02-14 a assumed");
    let months = all([release("2024-05-16", "a", "", "2024-01 1, 2024-04 4")]);
    let monthly = months.newest().monthly("s").unwrap();
    assert_eq!(
        (monthly.first().to_string(), monthly.values()),
        ("2024-01".into(), &[Some(1.0), None, None, Some(4.0)][..])
    );
    assert!(matches!(months.as_of(day("2024-05-15")).monthly("s"), Err(MarketError::Empty { .. })));
    assert!(months.as_of(day("2024-05-15")).levels("s").unwrap().is_empty());
}

#[test]
fn changes_are_new_revised_or_rebased() {
    let before = all([release("2024-02-20", "a", "x", "2023-12 99, 2024-01 100")]);
    let mut after = before.clone();
    after.add(release("2024-03-20", "b", "x", "2024-01 100.5, 2024-02 101")).unwrap();
    after.add(release("2024-03-21", "c", "x", "2024-01 100.6")).unwrap();
    let [change] = after.changes_since(&before).try_into().unwrap();
    assert_eq!((change.series.as_str(), change.releases, change.rebased), ("s", 2, None));
    assert_eq!(change.new, [(at("2024-02"), dec!(101))]);
    assert_eq!(change.revised, [(at("2024-01"), dec!(100), dec!(100.6))]);
    assert!(before.changes_since(&before).is_empty());

    let mut rebased = before.clone();
    rebased.add(release("2024-03-20", "b", "y", "2024-01 50, 2024-02 51")).unwrap();
    let [change] = rebased.changes_since(&before).try_into().unwrap();
    assert_eq!(change.rebased, Some(("x".into(), "y".into())));
    assert_eq!((change.new, change.revised), (vec![(at("2024-02"), dec!(51))], vec![]));
    let [all_new] = before.changes_since(&Vintages::new()).try_into().unwrap();
    assert_eq!((all_new.releases, all_new.new.len(), all_new.rebased), (1, 2, None));
    // A set that lacks releases of the earlier one: what it has besides still counts.
    let other = all([release("2024-03-20", "b", "x", "2024-02 101")]);
    assert_eq!(other.changes_since(&before)[0].releases, 1);
}

#[test]
fn what_is_no_release_is_refused() {
    let new = |on: &str, source: &str, values: &[(&str, &str)]| {
        let values = values.iter().map(|(period, value)| (at(period), number(value))).collect();
        Vintage::new(id("s"), day(on), Dating::Stated, source, values)
    };
    let refused = |on, source, values: &[_]| new(on, source, values).unwrap_err().to_string();
    assert_eq!(refused("2024-01-31", "a", &[]), "a vintage is empty");
    assert_eq!(refused("2024-01-31", " ", &[("2024-01", "1")]), "the source \"\" is not one line of text");
    assert_eq!(
        refused("2024-01-31", "a\nb", &[("2024-01", "1")]),
        "the source \"a\\nb\" is not one line of text"
    );
    let twice = refused("2024-01-31", "a", &[("2024-01", "1"), ("2023-12", "5"), ("2024-01", "2")]);
    let message = "s of 2024-01 is 1 and 2 in a released on 2024-01-31: one release has one value; state the day of each document";
    assert_eq!(twice, message);
    let mixed = refused("2024-01-31", "a", &[("2023Q4", "1"), ("2023-12", "5")]);
    assert_eq!(
        mixed,
        "s has 2023-12 and 2023Q4: a series has days, months, quarters or years, not a mixture"
    );
    for (on, period) in [
        ("2023-12-31", "2024-01"),
        ("2023-12-31", "2024Q1"),
        ("2023-12-31", "2024"),
        ("2023-12-31", "2024-01-01"),
    ] {
        let message = format!("s released on {on} has a figure for {period}, which had not begun");
        assert_eq!(refused(on, "a", &[("2023", "1"), (period, "1")][1..]), message);
        assert!(new("2024-01-01", "a", &[(period, "1")]).is_ok(), "{period} began on 2024-01-01");
    }
    let far = Vintage::new(id("s"), NaiveDate::MAX, Dating::Stated, "a", vec![(at("2024"), dec!(1))]);
    assert!(matches!(far, Err(MarketError::Calendar { date, .. }) if date == NaiveDate::MAX));
    let same =
        new("2024-01-31", " a ", &[("2024-01", "1.50"), ("2023-12", "-0.0"), ("2024-01", "1.5")]).unwrap();
    assert_eq!((same.source(), same.values().len()), ("a", 2));
    let digits: Vec<_> = same.values().iter().map(|(_, value)| value.to_string()).collect();
    assert_eq!(digits, ["0", "1.5"], "one number has one form");
    assert!(same.with_unit("\t").is_err());
}

#[test]
fn parts_of_one_release_are_joined_or_refused() {
    let one = release("2024-02-20", "a", "", "2024-01 100");
    let two = release("2024-02-20", "a", "x", "2023-12 99");
    let vintages = all([one.clone(), two.clone()]);
    assert_eq!(vintages, all([two, one]));
    assert_eq!(vintages.releases("s"), [release("2024-02-20", "a", "x", "2023-12 99, 2024-01 100")]);
    let refused = |release| {
        let mut more = vintages.clone();
        let error = more.add(release).unwrap_err().to_string();
        assert_eq!(more, vintages, "nothing was added");
        error
    };
    assert!(
        refused(release("2024-02-20", "a", "x", "2023-12 98")).starts_with("s of 2023-12 is 99 and 98 in a")
    );
    let message = "s is in \"x\" and in \"y\" in a released on 2024-02-20: one release has one unit";
    assert_eq!(refused(release("2024-02-20", "a", "y", "2023-12 99")), message);
    let message = "s has 2023Q4 and 2023-12: a series has days, months, quarters or years, not a mixture";
    assert_eq!(refused(release("2024-05-20", "a", "x", "2023Q4 99")), message);
    // What is stated outweighs what is assumed.
    let assumed =
        Vintage::new(id("s"), day("2024-02-20"), Dating::Assumed, "a", vec![(at("2023-11"), dec!(98))])
            .unwrap();
    for parts in [[vintages.clone(), all([assumed.clone()])], [all([assumed]), vintages.clone()]] {
        let [mut one, other] = parts;
        one.merge(other).unwrap();
        assert_eq!((one.releases("s")[0].dating(), one.releases("s").len()), (Dating::Stated, 1));
    }
}
