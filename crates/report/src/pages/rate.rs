use allweather_core::{Percent, Rate, RateStatus, Year};
use allweather_portfolio::{Knowledge, QuarterRecord, YearRow};
use allweather_rfr::{Basis, Indicator, MissingPolicy, Reading, YearRate};

use crate::{
    Block, Cell, Colour, Figure, Mark, Page, Points, ReportError, Shape, Table, Unit, Value, Words, run::Run,
    terms, words::words,
};

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "rate",
        Words::new("Prescribed rate", "規定RFR"),
        Words::new(
            "The rate that a return has to beat, and by which living expenses grow: the second highest of five Japanese indicators, year by \
             year.",
            "リターンの基準となり、生活費&事業活動費を増やす率です。日本の5指標のうち2番目に高いものを年ごとに採ります。",
        ),
    );
    page.section("rule", Words::new("How it is told", "決め方"), rule(run));
    let told: Vec<&YearRate> = run.years.iter().filter_map(|row| row.rate).collect();
    if told.is_empty() {
        return Ok(page);
    }
    page.section("rates", Words::new("Year by year", "年別"), rates(run));
    page.section("known", Words::new("What the run knew when", "各時点で知られていた値"), known(run));
    page.section(
        "chosen",
        Words::new("Which indicator it was", "採用された指標"),
        vec![chosen(&told).into()],
    );
    Ok(page)
}

/// An indicator's short name.
pub(super) fn name(indicator: Indicator) -> Words {
    match indicator {
        Indicator::Jgb10y => Words::new("10-year bond", "10年国債"),
        Indicator::Cpi => Words::new("consumer prices", "消費者物価"),
        Indicator::Cgpi => Words::new("corporate goods prices", "企業物価"),
        Indicator::GdpDeflator => Words::new("GDP deflator", "GDPデフレータ"),
        Indicator::Reer => Words::new("real exchange rate", "実質実効為替"),
    }
}

/// What a reader must know about a year's rate: that it may still change, or that it rests on less than five figures of its year.
pub(super) fn mark(rate: &YearRate) -> Option<Mark> {
    let estimated = rate.prescribed.ranking.iter().any(|(_, reading)| reading.basis == Basis::Estimated);
    if estimated || !rate.prescribed.missing.is_empty() {
        Some(Mark::Estimated)
    } else {
        status_mark(rate.status)
    }
}

/// The same of a status alone.
pub(super) fn status_mark(status: RateStatus) -> Option<Mark> {
    match status {
        RateStatus::Final => None,
        RateStatus::Estimated => Some(Mark::Estimated),
        _ => Some(Mark::Provisional),
    }
}

pub(super) fn fraction(percent: Percent) -> f64 {
    Rate::from_percent(percent).to_f64()
}

fn status(status: RateStatus) -> Words {
    match status {
        RateStatus::Final => Words::new("final", "確定"),
        RateStatus::Estimated => Words::new("estimated", "推計値"),
        _ => Words::new("provisional", "暫定値"),
    }
}

fn reading(rate: &YearRate, indicator: Indicator) -> Option<Reading> {
    rate.prescribed.ranking.iter().find(|(of, _)| *of == indicator).map(|(_, reading)| *reading)
}

fn rule(run: &Run<'_>) -> Vec<Block> {
    let rules = &run.record.spec().prescribed_rate;
    let month = rules.final_month.get();
    let mut blocks = vec![Block::Paragraph(words!(
        "Each calendar year has five figures: the yield of 10-year Japanese government bonds at the year's end, and the changes on the year \
         of consumer prices, corporate goods prices, the GDP deflator and the real effective exchange rate, the last with its sign flipped, \
         because a weaker yen makes imports dearer. The second highest of them is the year's rate; of equal ones the first in this order \
         gives its name. A rate may move until the end of month {month} of the next year; from then on it is final, and later revisions do \
         not move it.",
        "暦年ごとに5つの数値があります。10年国債金利の年末値、および消費者物価指数、企業物価指数、GDPデフレータ、日本実質実効為替レートの前年比変動率です（為替は円安が輸入価格を押し上げるため符号を反転します）。このうち2番目に高いものがその年の規定RFRで、同じ値のときはこの順で先のものを採用指標とします。翌年{month}月末までは変わることがあり、以後は確定値として改定を反映しません。"
    ))];
    blocks.push(Block::Paragraph(match rules.missing {
        MissingPolicy::Refuse => Words::new(
            "By the run's spec a year needs all five figures; a year that lacks one has no rate.",
            "本実行の仕様では5指標すべてが必要で、1つでも欠ける年には規定RFRがありません。",
        ),
        MissingPolicy::AtLeast(least) => words!(
            "By the run's spec a year with fewer than five figures takes the second highest of those there are, {least} at least. Such \
             years are marked as estimated.",
            "本実行の仕様では、5指標が揃わない年は得られる指標（{least}つ以上）のうち2番目に高いものを採ります。そのような年には推計値の印を付けています。"
        ),
    }));
    let lacking: Vec<String> =
        run.years.iter().filter(|row| row.rate.is_none()).map(|row| row.year.to_string()).collect();
    if lacking.len() == run.years.len() {
        blocks.push(Block::Warning(Words::new(
            "No year of this run has a prescribed rate. There is nothing to show here, and measures on other pages that need the rate say \
             that they have none.",
            "本実行のいずれの年にも規定RFRがありません。このページに示す数値はなく、規定RFRを要する他のページの指標にもその旨を記しています。",
        )));
        return blocks;
    }
    if !lacking.is_empty() {
        let list = lacking.join(", ");
        blocks.push(Block::Warning(words!("Years without a rate: {list}.", "規定RFRのない年：{list}。")));
    }
    blocks.push(Block::Facts(facts(run)));
    blocks
}

fn facts(run: &Run<'_>) -> Vec<(Words, Value)> {
    let told: Vec<(Year, &YearRate)> =
        run.years.iter().filter_map(|row| Some((row.year, row.rate?))).collect();
    let rate = |(year, rate): &(Year, &YearRate)| (fraction(rate.prescribed.rate), *year);
    let mut sorted: Vec<(f64, Year)> = told.iter().map(rate).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |place: Option<&(f64, Year)>| Value::or_missing(place, |(rate, _)| Value::Percent(*rate));
    let year = |place: Option<&(f64, Year)>| place.map_or_else(String::new, |(_, year)| year.to_string());
    let (low, high) = (year(sorted.first()), year(sorted.last()));
    let count =
        |holds: &dyn Fn(&YearRate) -> bool| Value::Count(told.iter().filter(|(_, rate)| holds(rate)).count());
    let mean = run.record.targets().prescribed_rate;
    let no_mean = || Value::Missing(Words::new("a year has no rate", "規定RFRのない年があります"));
    vec![
        (Words::new("mean a year, geometric", "年平均（幾何）"), mean.map_or_else(no_mean, Value::Percent)),
        (words!("lowest ({low})", "最低（{low}年）"), at(sorted.first())),
        (words!("highest ({high})", "最高（{high}年）"), at(sorted.last())),
        (Words::new("years with a rate", "規定RFRのある年数"), Value::Count(told.len())),
        (Words::new("of these, final", "うち確定"), count(&|rate| rate.status == RateStatus::Final)),
        (
            Words::new("of these, with fewer than five indicators", "うち5指標が揃わない年"),
            count(&|rate| !rate.prescribed.missing.is_empty()),
        ),
    ]
}

fn rates(run: &Run<'_>) -> Vec<Block> {
    // A line needs two points.
    let figure = (run.years.len() > 1).then(|| figure(run).into());
    figure.into_iter().chain([table(run).into()]).collect()
}

fn figure(run: &Run<'_>) -> Figure {
    let years = run.years.iter().map(|row| row.year.number()).collect();
    let of = |value: &dyn Fn(&YearRate) -> Option<f64>| -> Vec<Option<f64>> {
        run.years.iter().map(|row| row.rate.and_then(value)).collect()
    };
    let holds = |holds: &dyn Fn(&YearRate) -> bool| -> Vec<bool> {
        run.years.iter().map(|row| row.rate.is_some_and(holds)).collect()
    };
    let figure = Figure::new(
        "indicators",
        Words::new("The prescribed rate and its five indicators", "規定RFRと5指標"),
        Words::new(
            "The bars are the rate: as high as the second highest of the lines. A line that breaks off has no figure for that year. Hatched \
             years are not final, or have fewer than five indicators.",
            "棒が規定RFRで、線のうち2番目に高いものと同じ高さです。線が途切れている年はその指標の値がありません。斜線の年は未確定、または5指標が揃わない年です。",
        ),
        Points::Years(years),
        Unit::Percent,
    )
    .with_band(
        Words::new("not final", "未確定"),
        Colour::Aim,
        true,
        holds(&|rate| rate.status != RateStatus::Final),
    )
    .with_band(
        Words::new("fewer than five indicators", "5指標が揃わない年"),
        Colour::Quiet,
        true,
        holds(&|rate| !rate.prescribed.missing.is_empty()),
    )
    .with_holes(
        terms::PRESCRIBED_RATE,
        Shape::Bars,
        Colour::Rate,
        of(&|rate| Some(fraction(rate.prescribed.rate))),
    );
    // Not the fifth: it looks like that of the rate.
    Indicator::ALL.into_iter().zip([0, 1, 2, 3, 9]).fold(figure, |figure, (indicator, n)| {
        let values = of(&|rate| reading(rate, indicator).map(|reading| fraction(reading.percent)));
        figure.with_holes(name(indicator), Shape::Line, Colour::Nth(n), values)
    })
}

fn table(run: &Run<'_>) -> Table {
    let mut table = Table::new(
        "prescribed_rates",
        Words::new("Prescribed rates and their indicators", "規定RFRと5指標"),
        [
            ("year", Words::new("year", "年")),
            ("jgb10y", name(Indicator::Jgb10y)),
            ("cpi", name(Indicator::Cpi)),
            ("cgpi", name(Indicator::Cgpi)),
            ("gdp_deflator", name(Indicator::GdpDeflator)),
            ("reer", name(Indicator::Reer)),
            ("rate", Words::new("rate", "規定RFR")),
            ("indicators", Words::new("indicators", "指標数")),
            ("status", Words::new("status", "状態")),
            ("since", Words::new("stood so since", "この値となった日")),
        ],
    );
    for row in &run.years {
        table.row(cells(row));
    }
    let stand_ins = run.years.iter().filter_map(|row| row.rate).filter(|rate| stands_in(rate)).count();
    table.with_note(if stand_ins == 0 {
        Words::new(
            "Percent a year. Underlined is the indicator that gave the rate; a rate that is not final or has fewer than five indicators is \
             marked. A dash is a figure that was not known by the day in the last column.",
            "単位は年率%です。下線は採用された指標です。未確定の年と5指標が揃わない年の規定RFRには印があります。「—」は最終列の日までに知られていなかった値です。",
        )
    } else {
        words!(
            "Percent a year. Underlined is the indicator that gave the rate; a rate that is not final or has fewer than five indicators is \
             marked. A dash is a figure that was not known by the day in the last column. Years in which the yield of the 9-year bond stands \
             in for that of the 10-year bond, which was not quoted yet: {stand_ins}.",
            "単位は年率%です。下線は採用された指標です。未確定の年と5指標が揃わない年の規定RFRには印があります。「—」は最終列の日までに知られていなかった値です。{stand_ins}つの年では、まだ公表のなかった10年国債に代えて9年国債の金利を用いています。"
        )
    })
}

fn stands_in(rate: &YearRate) -> bool {
    rate.prescribed.ranking.iter().any(|(_, reading)| reading.basis == Basis::StandIn)
}

fn cells(row: &YearRow<'_>) -> Vec<Cell> {
    let mut cells = vec![Cell::new(Value::Year(row.year))];
    let Some(rate) = row.rate else {
        let why = Words::new("too few indicators were known", "知られている指標が足りません");
        cells.extend(std::iter::repeat_n(Cell::new(Value::Missing(why)), 9));
        return cells;
    };
    for indicator in Indicator::ALL {
        cells.push(match reading(rate, indicator) {
            None => {
                let since = rate.since;
                let why = words!(
                    "no figure of this year known by {since}",
                    "{since}時点でこの年の値が知られていません"
                );
                Cell::new(Value::Missing(why))
            }
            Some(reading) => {
                let estimated = (reading.basis == Basis::Estimated).then_some(Mark::Estimated);
                let chosen = (indicator == rate.prescribed.chosen).then_some(Mark::Chosen);
                Cell::new(Value::Percent(fraction(reading.percent))).marked(chosen.or(estimated))
            }
        });
    }
    cells.push(Cell::new(Value::Percent(fraction(rate.prescribed.rate))).marked(mark(rate)));
    cells.push(Value::Count(rate.prescribed.ranking.len()).into());
    cells.push(Cell::new(Value::Words(status(rate.status))).marked(status_mark(rate.status)));
    cells.push(Value::Date(rate.since).into());
    cells
}

fn known(run: &Run<'_>) -> Vec<Block> {
    let quarters: Vec<&QuarterRecord> = run.steps.iter().filter_map(|step| step.quarter).collect();
    let only = |words| vec![Block::Paragraph(words)];
    let Some(expenses) = &run.record.spec().expenses else {
        return only(Words::new(
            "This run pays no living expenses, so it read no rate on its way: the rates are only what its returns are measured by.",
            "本実行には生活費&事業活動費がないため、途中で規定RFRを参照していません。規定RFRはリターンを測る基準としてのみ用いています。",
        ));
    };
    if quarters.is_empty() {
        return only(Words::new(
            "No quarter ended within this run, so it read no rate.",
            "本実行の期間内に四半期末がないため、規定RFRは参照されていません。",
        ));
    }
    if expenses.knowledge == Knowledge::Final {
        return only(Words::new(
            "At each quarter's end this run was given the rates as they were fixed later. Nobody knew them on the day: it is hindsight, \
             asked for by the spec.",
            "本実行は各四半期末に、後日確定した規定RFRを用いています。当時は誰も知り得なかった値で、仕様の指定による事後的な計算です。",
        ));
    }
    let count = |status| Value::Count(quarters.iter().filter(|q| q.rate_status == Some(status)).count());
    let fact = |of| (status(of), count(of));
    vec![
        Block::Paragraph(Words::new(
            "At each quarter's end the year's expense is computed with the rate as far as it could be known on that day. Before a year is \
             over, the newest change on the year stands in for figures of its end. At this run's quarters' ends the rate of the running year \
             was:",
            "各四半期末の想定額は、その日に知り得た規定RFRで計算しています。年の途中では、年末値の代わりに最新の前年比を用います。四半期末の時点でのその年の規定RFRの状態は次のとおりです。",
        )),
        Block::Facts(vec![
            fact(RateStatus::Estimated),
            fact(RateStatus::Provisional),
            fact(RateStatus::Final),
            (Words::new("quarters' ends in all", "四半期末の総数"), Value::Count(quarters.len())),
        ]),
        known_table(run, &quarters).into(),
    ]
}

fn known_table(run: &Run<'_>, quarters: &[&QuarterRecord]) -> Table {
    let mut table = Table::new(
        "rates_known",
        Words::new(
            "The running year's rate as known at each quarter's end",
            "各四半期末に知られていたその年の規定RFR",
        ),
        [
            ("year", Words::new("year", "年")),
            ("q1", Words::new("end of March", "3月末")),
            ("q2", Words::new("end of June", "6月末")),
            ("q3", Words::new("end of September", "9月末")),
            ("q4", Words::new("end of December", "12月末")),
            ("settled", Words::new("in the end", "最終値")),
            ("later", Words::new("change after the last", "その後の変化")),
        ],
    );
    for row in &run.years {
        let of_year: Vec<&&QuarterRecord> =
            quarters.iter().filter(|q| q.quarter.year() == row.year).collect();
        let mut cells = vec![Cell::new(Value::Year(row.year))];
        for number in 1..=4 {
            let quarter = of_year.iter().find(|q| q.quarter.number() == number);
            let why = Words::new("no quarter of the run ended here", "この四半期末は実行期間外です");
            let mark = quarter.and_then(|q| q.rate_status).and_then(status_mark);
            cells.push(match quarter.and_then(|q| q.rate) {
                Some(rate) => Cell::new(Value::Percent(fraction(rate))).marked(mark),
                None => Cell::new(Value::Missing(why)),
            });
        }
        let settled = row.rate.map(|rate| fraction(rate.prescribed.rate));
        let last = of_year.last().and_then(|q| q.rate).map(fraction);
        let later = settled.zip(last).map(|(settled, last)| settled - last);
        cells.push(Cell::new(Value::or_missing(settled, Value::Percent)).marked(row.rate.and_then(mark)));
        cells.push(Value::or_missing(later, Value::Percent).into());
        table.row(cells);
    }
    table.with_note(Words::new(
        "Percent a year. Marks: hatched while a figure of the year's end was still estimated, a star while figures could be revised. The \
         last column is by how many percentage points the rate moved after the year's last quarter's end.",
        "単位は年率%です。斜線は年末値の一部が推計であった時点、＊は改定され得た時点です。最終列はその年の最後の四半期末の後に規定RFRが動いた幅（%ポイント）です。",
    ))
}

fn chosen(told: &[&YearRate]) -> Table {
    let mut table = Table::new(
        "indicators_chosen",
        Words::new("How often each indicator was the second highest", "各指標が2番目に高かった回数"),
        [
            ("indicator", Words::new("indicator", "指標")),
            ("chosen", Words::new("years chosen", "採用年数")),
            ("share", Words::new("share", "割合")),
            ("tied", Words::new("equal, not named", "同値（不採用）")),
            ("available", Words::new("years with a figure", "値のある年数")),
            ("missing", Words::new("years without", "値のない年数")),
        ],
    );
    for indicator in Indicator::ALL {
        let count = |holds: &dyn Fn(&YearRate) -> bool| told.iter().filter(|rate| holds(rate)).count();
        let chosen = count(&|rate| rate.prescribed.chosen == indicator);
        let missing = count(&|rate| rate.prescribed.missing.contains(&indicator));
        table.row([
            Value::Words(name(indicator)),
            Value::Count(chosen),
            Value::Percent(chosen as f64 / told.len() as f64),
            Value::Count(count(&|rate| rate.prescribed.tied.contains(&indicator))),
            Value::Count(told.len() - missing),
            Value::Count(missing),
        ]);
    }
    table.with_note(Words::new(
        "Years of the run that have a rate, by the rate as it stood in the end.",
        "規定RFRのある年について、最終値で数えています。",
    ))
}
