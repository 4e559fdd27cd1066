use allweather_metrics::{Returns, max_drawdown};
use allweather_portfolio::{TargetCheck, YearRow};

use super::MONTHS;
use crate::{
    Block, Cell, Colour, Figure, Points, ReportError, Shape, Table, Unit, Value, Words,
    pages::rate::{fraction, mark, name},
    run::Run,
    words::words,
};

/// A year with what the yearly table does not have.
struct Year<'a> {
    row: &'a YearRow<'a>,
    /// How many months of it the run has.
    months: usize,
    /// The largest fall within it, from its start.
    drawdown: Option<f64>,
}

impl Year<'_> {
    fn is_whole(&self) -> bool {
        self.months == MONTHS
    }

    fn rate(&self) -> Option<f64> {
        self.row.rate.map(|rate| fraction(rate.prescribed.rate))
    }

    fn aim(&self) -> Option<f64> {
        self.rate().map(|rate| rate + TargetCheck::PREMIUM)
    }

    /// By how much the aim was exceeded: of a whole year, because the aim is one a year.
    fn difference(&self) -> Option<f64> {
        self.aim().filter(|_| self.is_whole()).map(|aim| self.row.period_return - aim)
    }
}

pub(super) fn blocks(run: &Run<'_>) -> Result<Vec<Block>, ReportError> {
    let mut years = Vec::with_capacity(run.years.len());
    for row in &run.years {
        let of_year = run.steps.iter().filter(|step| step.month.year() == row.year);
        let returns: Vec<f64> = of_year.map(allweather_portfolio::Step::period_return).collect();
        let returns = Returns::new(run.periodicity, &returns)?;
        years.push(Year {
            row,
            months: run.months.iter().filter(|month| month.month.year() == row.year).count(),
            drawdown: max_drawdown(&returns).ok().map(|fall| fall.depth),
        });
    }
    Ok(vec![said(run, &years), figure(&years).into(), table(run, &years).into()])
}

fn said(run: &Run<'_>, years: &[Year<'_>]) -> Block {
    let whole: Vec<&Year<'_>> = years.iter().filter(|year| year.is_whole()).collect();
    let aimed: Vec<f64> = whole.iter().filter_map(|year| year.difference()).collect();
    let (all, lost) = (whole.len(), whole.iter().filter(|year| year.row.period_return < 0.0).count());
    let (judged, reached) = (aimed.len(), aimed.iter().filter(|difference| **difference >= 0.0).count());
    // An account begins with what it holds.
    let (first, first_ja) = if run.record.is_actual() {
        ("", "")
    } else {
        (
            " The first return of the run is the cost of the first purchase.",
            "最初のリターンは初回購入の費用です。",
        )
    };
    Block::Paragraph(if all == 0 {
        words!(
            "The run covers no whole calendar year, so no return is compared with the aim, which is one a year.{first}",
            "暦年全体を含む年がないため、年率である目標との比較は行いません。{first_ja}"
        )
    } else {
        words!(
            "Of {all} whole years {lost} had a loss; {reached} of the {judged} with a prescribed rate reached the aim, that rate + 4 %.{first}",
            "通年の{all}年のうち損失の年は{lost}年です。規定RFRのある{judged}年のうち、目標（規定RFR＋4 %）に達した年は{reached}年です。{first_ja}"
        )
    })
}

fn figure(years: &[Year<'_>]) -> Figure {
    let rates = || years.iter().map(|year| year.row.rate);
    Figure::new(
        "yearly_returns",
        Words::new("Return of each year against the aim", "年別リターンと目標"),
        Words::new(
            "The broken line is the aim: the year's prescribed rate + 4 %; it is left out where the run has only part of a year. In hatched \
             years the rate is not final, or rests on fewer than five indicators.",
            "破線は目標（その年の規定RFR＋4 %）で、年の一部しか含まない年には引いていません。斜線の年は規定RFRが未確定か、5指標が揃っていません。",
        ),
        Points::Years(years.iter().map(|year| year.row.year.number()).collect()),
        Unit::Percent,
    )
    .with_band(
        Words::new("rate not final or of fewer than five", "規定RFRが未確定または5指標未満"),
        Colour::Quiet,
        true,
        rates().map(|rate| rate.and_then(mark).is_some()),
    )
    .with(
        Words::new("return", "リターン"),
        Shape::Bars,
        Colour::Portfolio,
        years.iter().map(|year| year.row.period_return),
    )
    .with_holes(
        Words::new("prescribed rate + 4 %", "規定RFR＋4 %"),
        Shape::Dashed,
        Colour::Aim,
        years.iter().map(|year| year.aim().filter(|_| year.is_whole())),
    )
}

fn table(run: &Run<'_>, years: &[Year<'_>]) -> Table {
    let mut table = Table::new(
        "years",
        Words::new("Returns by year", "年別リターン"),
        [
            ("year", Words::new("year", "年")),
            ("indicator", Words::new("indicator", "採用指標")),
            ("rate", Words::new("prescribed rate", "規定RFR")),
            ("aim", Words::new("aim", "目標")),
            ("return", Words::new("return", "リターン")),
            ("difference", Words::new("difference", "差")),
            ("drawdown", Words::new("drawdown within", "年内最大下落率")),
            ("costs", Words::new("costs", "取引手数料等")),
            ("value", Words::new("value at the end", "年末評価額")),
        ],
    );
    for year in years {
        table.row(cells(year));
    }
    let partial: Vec<String> =
        years.iter().filter(|year| !year.is_whole()).map(|year| year.row.year.to_string()).collect();
    let list = partial.join(", ");
    let (en, ja) = if partial.is_empty() {
        (String::new(), String::new())
    } else {
        (
            format!(" Only part of the year is in the run: {list}."),
            format!("実行期間が年の一部のみの年：{list}。"),
        )
    };
    let (pool, pool_ja) = if run.record.is_actual() {
        ("", "")
    } else {
        (" The value leaves out the pool.", "評価額はプールを含みません。")
    };
    table.with_note(words!(
        "Net of costs. The aim is the year's prescribed rate + 4 %; a rate that is not final or rests on fewer than five indicators is marked, \
         and so is what follows from it. The drawdown is the largest fall within the year, counted from its \
         start.{pool}{en}",
        "コスト控除後。目標はその年の規定RFR＋4 %です。未確定、または5指標が揃わない規定RFRと、それに基づく値には印があります。年内最大下落率は年初を起点とします。{pool_ja}{ja}"
    ))
}

fn cells(year: &Year<'_>) -> [Cell; 9] {
    let row = year.row;
    let mark = row.rate.and_then(mark);
    let no_rate =
        || Value::Missing(Words::new("the year has no prescribed rate", "この年には規定RFRがありません"));
    let months = year.months;
    let partial = || {
        Value::Missing(words!("the run has {months} months of this year", "この年は{months}か月分のみです"))
    };
    let rated = |rate: Option<f64>| Cell::new(rate.map_or_else(no_rate, Value::Percent)).marked(mark);
    let difference = match year.difference() {
        Some(difference) => Cell::new(Value::Percent(difference)).marked(mark),
        None if year.is_whole() => no_rate().into(),
        None => partial().into(),
    };
    let drawdown = Value::or_missing(year.drawdown, Value::Percent);
    [
        Value::Year(row.year).into(),
        row.rate.map_or_else(no_rate, |rate| Value::Words(name(rate.prescribed.chosen))).into(),
        rated(year.rate()),
        rated(year.aim()),
        Value::Percent(row.period_return).into(),
        difference,
        drawdown.into(),
        Value::money(row.costs).into(),
        Value::money(row.value).into(),
    ]
}
