//! Weather on the embedded figures: the numbers of docs/weather.md come from here.
use std::{collections::BTreeMap, fmt::Write};

use allweather_core::Month;
use allweather_data::{DataSet, embedded};
use allweather_weather::{Direction, Label, Mode, Weather, WeatherSpec, hamilton::nowcasts};
use chrono::NaiveDate;

const PAGE: &str = include_str!("../../../../docs/weather.md");
const COUNTRIES: [&str; 2] = ["US", "JP"];

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// After everything in the files has become final.
fn end() -> NaiveDate {
    month("2027-12").last_day()
}

fn spec(country: &str) -> WeatherSpec {
    if country == "US" { WeatherSpec::us() } else { WeatherSpec::japan() }
}

/// From the month after the peak to the trough.
fn in_recession(data: &DataSet, country: &str, month: Month) -> bool {
    let mut of_country = data.recessions.iter().filter(|r| r.country == country);
    of_country.any(|r| month > r.peak && r.trough.is_none_or(|trough| month <= trough))
}

fn row(data: &DataSet, country: &str, mode: &str, months: &BTreeMap<Month, Weather>) -> String {
    let down = |of: &dyn Fn(Month) -> bool| {
        let of: Vec<_> = months.iter().filter(|(month, _)| of(**month)).collect();
        let down = of.iter().filter(|(_, weather)| weather.growth == Direction::Down).count();
        format!("{down} of {} ({:.0} %)", of.len(), 100.0 * down as f64 / of.len() as f64)
    };
    let recession = |month| in_recession(data, country, month);
    let mut line = format!(
        "| {country} | {mode} | {} | {} | {} |",
        months.keys().next().unwrap(),
        down(&recession),
        down(&|month| !recession(month)),
    );
    for quadrant in Weather::ALL {
        write!(line, " {} |", months.values().filter(|weather| **weather == quadrant).count()).unwrap();
    }
    line
}

fn weathers(labels: &[Label]) -> BTreeMap<Month, Weather> {
    labels.iter().map(|label| (label.month, label.weather)).collect()
}

#[test]
fn the_page_says_what_was_measured() {
    let data = embedded().unwrap();
    let statistics = &data.statistics;
    let (from, to) = (month("1980-01"), month("2025-12"));
    let mut rows = Vec::new();
    for country in COUNTRIES {
        for (name, mode) in [
            ("level", Mode::Level),
            ("surprise", Mode::Surprise),
            ("trend", Mode::Trend),
            ("combined", Mode::Combined),
        ] {
            let spec = spec(country).with_mode(mode);
            let first = weathers(&spec.first_labels(statistics, from, to, end()).unwrap());
            // One figure a month: nothing is ever revised.
            assert_eq!(first, weathers(&spec.history(statistics, from, to, end()).unwrap()));
            rows.push(row(&data, country, name, &first));
        }
        let spec = spec(country).with_mode(Mode::Level);
        let inflation = weathers(&spec.first_labels(statistics, from, to, end()).unwrap());
        let filtered = nowcasts(statistics, spec.activity(), 60, from, to, end()).unwrap();
        let joint = filtered.iter().filter_map(|nowcast| {
            let weather = Weather { growth: nowcast.direction(), ..*inflation.get(&nowcast.month)? };
            Some((nowcast.month, weather))
        });
        rows.push(row(&data, country, "Hamilton's filter", &joint.collect()));
    }
    for row in &rows {
        assert!(PAGE.contains(row.as_str()), "docs/weather.md should have\n{}", rows.join("\n"));
    }
}

#[test]
fn the_page_says_what_looking_ahead_would_change() {
    let data = embedded().unwrap();
    let statistics = &data.statistics;
    let (from, to) = (month("1980-01"), month("2025-12"));
    let mut rows = Vec::new();
    for country in COUNTRIES {
        for (name, mode) in
            [("level", Mode::Level), ("surprise", Mode::Surprise), ("combined", Mode::Combined)]
        {
            let spec = spec(country).with_mode(mode);
            let known = weathers(&spec.history(statistics, from, to, end()).unwrap());
            let ahead = spec.full_sample(statistics, from, to, end()).unwrap();
            let both = ahead.iter().filter_map(|label| Some((label.weather, *known.get(&label.month)?)));
            let (mut months, mut growth, mut inflation) = (0, 0, 0);
            for (ahead, known) in both {
                months += 1;
                growth += u32::from(ahead.growth != known.growth);
                inflation += u32::from(ahead.inflation != known.inflation);
            }
            rows.push(format!("| {country} | {name} | {months} | {growth} | {inflation} |"));
        }
    }
    for row in &rows {
        assert!(PAGE.contains(row.as_str()), "docs/weather.md should have\n{}", rows.join("\n"));
    }
}

#[test]
fn famous_months_are_what_they_were() {
    let statistics = &embedded().unwrap().statistics;
    let word = |country, at| {
        let label = spec(country).label(statistics, month(at), end()).unwrap();
        label.map(|label| label.weather.to_string())
    };
    assert_eq!(word("US", "1980-06").as_deref(), Some("recession, inflation"));
    assert_eq!(word("US", "2009-03").as_deref(), Some("recession, deflation"));
    assert_eq!(word("US", "2022-06").as_deref(), Some("recession, inflation"));
    assert_eq!(word("JP", "2009-03").as_deref(), Some("recession, deflation"));
    assert_eq!(word("JP", "2023-01").as_deref(), Some("recession, inflation"));
    // Industrial production begins in 1978: five years of changes are there in January 1984.
    assert_eq!(word("JP", "1983-12"), None);
    assert!(word("JP", "1984-01").is_some());
    // October 2025 has no consumer prices in the US, and so no label.
    assert_eq!(word("US", "2025-10"), None);
}
