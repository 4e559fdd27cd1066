use allweather_core::RateStatus;
use allweather_portfolio::YearRow;
use allweather_rfr::Basis;

use crate::pages::rate::{mark, name};
use crate::{Block, Cell, Language, Mark, Table, Value, Words, run::Run};

/// In how many years of the run the prescribed rate is what.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) estimated: usize,
    pub(super) provisional: usize,
    pub(super) fewer: usize,
    pub(super) stand_in: usize,
    pub(super) none: usize,
}

impl Counts {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let mut counts = Self::default();
        for year in &run.years {
            let Some(rate) = year.rate else {
                counts.none += 1;
                continue;
            };
            // What is hatched is counted: also a rate of fewer than five indicators.
            counts.estimated += usize::from(mark(rate) == Some(Mark::Estimated));
            counts.provisional += usize::from(rate.status == RateStatus::Provisional);
            counts.fewer += usize::from(!rate.prescribed.missing.is_empty());
            counts.stand_in += usize::from(rate.prescribed.basis == Basis::StandIn);
        }
        counts
    }
}

/// Whether any figure in the year's rate stands in for one that is not published.
fn is_estimated(year: &YearRow<'_>) -> bool {
    year.rate.is_some_and(|rate| {
        let readings = &rate.prescribed.ranking;
        rate.status == RateStatus::Estimated
            || readings.iter().any(|(_, reading)| reading.basis == Basis::Estimated)
    })
}

/// The years whose rate is to be read with care.
pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    let mut table = Table::new(
        "uncertain_rates",
        Words::new("Years whose prescribed rate is to be read with care", "規定RFRに注意を要する年"),
        [
            ("year", Words::new("year", "年")),
            ("rate", Words::new("prescribed rate", "規定RFR")),
            ("indicators", Words::new("indicators", "指標数")),
            ("missing", Words::new("missing", "欠けている指標")),
            ("why", Words::new("why", "理由")),
        ],
    );
    for year in &run.years {
        let Some(rate) = year.rate else {
            let none = || Value::Missing(Words::new("no rate could be told", "規定RFRが定まりません"));
            let why =
                Words::new("too few indicators, or none given", "指標が足りない、または与えられていない");
            table.row([Value::Year(year.year), none(), none(), none(), Value::Words(why)]);
            continue;
        };
        let prescribed = &rate.prescribed;
        let whole = || Value::Missing(Words::new("none is missing", "欠けなし"));
        let missing = |language: Language| {
            let names = prescribed.missing.iter().map(|indicator| name(*indicator).text(language).to_owned());
            names.collect::<Vec<_>>().join(if language == Language::Japanese { "、" } else { ", " })
        };
        let missing = Words::of(missing(Language::English), missing(Language::Japanese));
        let why = if is_estimated(year) {
            Some(Words::new("a figure of the year's end is not out yet", "年末値が未公表の指標を含む"))
        } else if rate.status == RateStatus::Provisional {
            Some(Words::new("figures may still be revised", "今後改定され得る"))
        } else if prescribed.basis == Basis::StandIn {
            Some(Words::new("another published figure stands in", "別の公表値で代用"))
        } else if !prescribed.missing.is_empty() {
            Some(Words::new("second highest of those there are", "得られる指標のうち2番目に高いもの"))
        } else {
            None
        };
        let Some(why) = why else { continue };
        let percent = allweather_core::Rate::from_percent(prescribed.rate).to_f64();
        table.row([
            Cell::new(Value::Year(year.year)),
            Cell::new(Value::Percent(percent)).marked(mark(rate)),
            Cell::new(Value::Count(prescribed.ranking.len())),
            Cell::new(if prescribed.missing.is_empty() { whole() } else { Value::Words(missing) }),
            Cell::new(Value::Words(why)),
        ]);
    }
    if table.rows.is_empty() {
        return vec![Block::Paragraph(Words::new(
            "The prescribed rate of every year of the run is final and made of all five published indicators.",
            "実行期間の全ての年の規定RFRは確定しており、公表された5指標から定まっています。",
        ))];
    }
    vec![
        table
            .with_note(Words::new(
                "All other years of the run have a final rate of five published indicators. Whether a month's weather is final stands on the \
                 weather's own page.",
                "その他の年は、公表された5指標による確定値です。各月の天候が確定しているかは天候のページにあります。",
            ))
            .into(),
    ]
}
