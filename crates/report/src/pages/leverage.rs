use allweather_leverage::{Funding, LeverageError, UnleveredPath, paths};
use allweather_market::Market;
use allweather_portfolio::{FundedPath, Variant};

use crate::{
    Block, Colour, Figure, Page, Points, ReportError, Shape, Table, Unit, Value, Words,
    format::percent,
    run::{Run, index},
    terms,
    words::words,
};

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "leverage",
        Words::new("Leverage", "レバレッジ"),
        Words::new(
            "What the same portfolio would have returned with borrowed money, by the published formula, and where that ends in ruin.",
            "同じポートフォリオを借入で拡大した場合の成績を公開された計算式で示し、破綻する場合はそれも示します。",
        ),
    );
    let funding = Funding::default();
    let market = run.sources.market;
    let figures = run.record.funded_path(market, funding).and_then(|path| {
        let Some(path) = path else { return Ok(None) };
        let variants = run.record.variants(market, funding)?;
        Ok(Some((path, variants)))
    });
    let (path, variants) = match figures {
        Ok(Some(figures)) => figures,
        Ok(None) => {
            page.section("leverage-none", Words::new("No levered path", "計算不可"), vec![no_path(run)]);
            return Ok(page);
        }
        Err(reason) => {
            let warning = words!(
                "The levered path could not be computed: {reason}.",
                "レバレッジ後の推移を計算できませんでした：{reason}"
            );
            page.section(
                "leverage-none",
                Words::new("No levered path", "計算不可"),
                vec![Block::Warning(warning)],
            );
            return Ok(page);
        }
    };
    page.section(
        "leverage-variants",
        Words::new("Variants", "レバレッジ別の成績"),
        vec![span(run, &path), table(&variants, &path).into(), growth(&variants, &path).into()],
    );
    page.section(
        "leverage-funding",
        Words::new("Funding cost", "レバレッジ調達コスト"),
        borrowing(&path, funding),
    );
    page.section("leverage-optimal-f", Words::new("Optimal f", "オプティマルf"), optimal_f(&path));
    Ok(page)
}

fn no_path(run: &Run<'_>) -> Block {
    let series = Market::JGB_1Y;
    Block::Warning(if run.months.len() < 2 {
        Words::new(
            "The run has one month: leverage is measured from one month to the next, so there is nothing to measure.",
            "期間が1か月しかありません。レバレッジは月から月への変動で計算するため、計算対象がありません。",
        )
    } else {
        words!(
            "No 1-year Japanese government bond yield ({series}) is known for the month before the run's last one, so that what borrowing \
             cost cannot be told. No levered figures are shown rather than figures without funding cost.",
            "最終月の前月の日本1年国債金利（{series}）がないため、レバレッジ調達コストを計算できません。調達コストを除いた数値を示すことはしません。"
        )
    })
}

/// Which months the figures are over.
fn span(run: &Run<'_>, path: &FundedPath) -> Block {
    let (months, all) = (path.months().len(), run.months.len());
    let (first, last) = (run_edge(path.months().first()), run_edge(path.months().last()));
    Block::Paragraph(words!(
        "All variants are over the {months} months from {first} to {last}; the run has {all} months. The first month of a run has none \
         before it to be measured from, and months before a gap in the yields are left out.",
        "全ての数値は{first}から{last}までの{months}か月についてのものです（全期間は{all}か月）。最初の月には基準となる前月がなく、金利の欠落より前の月は対象外です。"
    ))
}

fn run_edge(month: Option<&allweather_core::Month>) -> String {
    month.map_or_else(String::new, ToString::to_string)
}

/// What a variant is called; names that are not the published ones are shown as they are.
fn name(variant: &Variant) -> Words {
    match variant.name.as_str() {
        "1x" => Words::new("1×, no leverage", "1倍（レバレッジなし）"),
        "2x" => Words::new("2×", "2倍"),
        "5x" => Words::new("5×", "5倍"),
        "optimal f/2" => Words::new("optimal f/2", "オプティマルf/2"),
        other => Words::same(other),
    }
}

fn table(variants: &[Variant], path: &FundedPath) -> Table {
    let mut table = Table::new(
        "variants",
        Words::new("Leverage variants", "レバレッジ別の成績"),
        [
            ("variant", Words::new("variant", "種別")),
            ("multiple", Words::new("multiple", "レバレッジ倍率")),
            ("annual_return", Words::new("return a year", "年率リターン")),
            ("deviation", Words::new("standard deviation a year", "標準偏差（年率）")),
            ("drawdown", terms::MAXIMUM_DRAWDOWN),
            ("ruined_in", Words::new("ruined in", "破綻した月")),
        ],
    );
    let unknown = |why: &Words| Value::Missing(why.clone());
    let short = Words::new("too few months", "月数が不足しています");
    for variant in variants {
        let why =
            variant.multiple.as_ref().map_or_else(|reason| no_multiple(path, reason), |_| short.clone());
        let figure = |figure: Option<f64>| figure.map_or_else(|| unknown(&why), Value::Percent);
        let multiple =
            variant.multiple.as_ref().map_or_else(|_| unknown(&why), |multiple| Value::Number(*multiple, 2));
        let ruin = match variant.ruined_in {
            Some(month) => Value::Month(month),
            None if variant.multiple.is_err() => unknown(&why),
            None => Value::Missing(Words::new("never in these months", "期間内に破綻なし")),
        };
        table.row([
            Value::Words(name(variant)),
            multiple,
            figure(variant.annual_return),
            figure(variant.deviation),
            figure(variant.drawdown),
            ruin,
        ]);
    }
    table.with_note(Words::new(
        "Geometric return, net of trading costs and of funding. The funding rate is charged on the whole position, as published, not on \
         the borrowed part alone; at 1× nothing is borrowed and nothing is charged. Ruined is a variant that lost everything: its return \
         is then −100 % and its deviation is that of the months before. Margin calls, broker limits and intramonth losses are left out. \
         Optimal f/2 is chosen on the same months it is applied to: nobody could have known it at the start.",
        "売買コストと調達コスト控除後の幾何リターンです。調達金利は公開された計算式のとおり、借入部分だけでなくポジション全体に課します。1倍では借入がなく、調達コストもありません。破綻は全資産を失った場合で、リターンは−100 %、標準偏差は破綻前の月のものです。追証・証券会社の制限・月中の損失は考慮していません。オプティマルf/2は適用する期間と同じ期間の実績から決めた倍率で、開始時点では知り得ないものです。",
    ))
}

/// Why the rule has no multiple.
fn no_multiple(path: &FundedPath, reason: &str) -> Words {
    match figures(path) {
        Err(LeverageError::NoGain) => Words::of(reason.to_owned(), "上昇した月がありません".to_owned()),
        Err(LeverageError::NoLoss) => Words::of(reason.to_owned(), "下落した月がありません".to_owned()),
        _ => words!("{reason}", "倍率を計算できません：{reason}"),
    }
}

fn growth(variants: &[Variant], path: &FundedPath) -> Figure {
    // The 100 stand at the end of the month before.
    let start = path.months().first().map(|month| month.offset(-1).last_day());
    let days = start.into_iter().chain(path.months().iter().map(|month| month.last_day()));
    let mut figure = Figure::new(
        "leverage_growth",
        Words::new("100 invested under each variant", "100の投資の推移（レバレッジ別）"),
        Words::new(
            "Logarithmic: equal slopes are equal rates. A line that ends before the others ends in ruin.",
            "対数目盛では同じ傾きが同じ率です。途中で終わる線は破綻を示します。",
        ),
        Points::Days(days.collect()),
        Unit::Number,
    )
    .logarithmic();
    for (place, variant) in variants.iter().enumerate() {
        if variant.wealth.is_empty() {
            continue;
        }
        // Nothing left has no logarithm.
        let values = std::iter::once(1.0).chain(variant.wealth.iter().copied());
        let values = values.map(|wealth| (wealth > 0.0).then_some(100.0 * wealth));
        let colour = if place == 0 { Colour::Portfolio } else { Colour::Nth(place) };
        figure = figure.with_holes(name(variant), Shape::Line, colour, values);
    }
    figure
}

fn borrowing(path: &FundedPath, funding: Funding) -> Vec<Block> {
    let annual: Vec<f64> = path.funding().iter().map(|month| (12.0 * month.ln_1p()).exp_m1()).collect();
    let spread = percent(funding.spread().to_f64());
    let mean = annual.iter().sum::<f64>() / annual.len().max(1) as f64;
    let highest = annual.iter().copied().reduce(f64::max);
    let figure = Figure::new(
        "funding",
        Words::new("Funding rate of each month, a year", "各月の調達金利（年率）"),
        words!(
            "1-year Japanese government bond yield known at the end of the month before, never below 0, plus a credit spread of {spread}.",
            "前月末時点の日本1年国債金利（0を下限とする）に、クレジットスプレッド{spread}を加えたものです。"
        ),
        Points::Days(path.months().iter().map(|month| month.last_day()).collect()),
        Unit::Percent,
    )
    .with(Words::new("funding rate", "調達金利"), Shape::Line, Colour::Loss, annual.iter().copied())
    .with(
        Words::new("credit spread", "クレジットスプレッド"),
        Shape::Dashed,
        Colour::Aim,
        std::iter::repeat_n(funding.spread().to_f64(), annual.len()),
    );
    vec![
        Block::Facts(vec![
            (Words::new("mean", "平均"), Value::Percent(mean)),
            (Words::new("highest", "最高"), Value::or_missing(highest, Value::Percent)),
            (Words::new("last month", "最終月"), Value::or_missing(annual.last().copied(), Value::Percent)),
            (Words::new("credit spread", "クレジットスプレッド"), Value::Percent(funding.spread().to_f64())),
        ]),
        figure.into(),
    ]
}

/// The published optimal f of the path, on the index that its rule computes it on.
fn figures(path: &FundedPath) -> Result<paths::OptimalF, LeverageError> {
    let total = path.unlevered().map(|path: UnleveredPath<'_>| path.total());
    let total = total.unwrap_or_default();
    let mut assets = vec![100.0];
    assets.extend(index(total));
    paths::optimal_f_rebased(&assets)
}

fn optimal_f(path: &FundedPath) -> Vec<Block> {
    let words = Block::Paragraph(Words::new(
        "Optimal f weighs the largest monthly gain against the largest monthly loss: f = gain ÷ (gain + |loss|). Half of it gives the \
         trade size, on the path rebased to 100, and from that the multiple. Two months of the whole span decide it. It is not the \
         optimal f of Vince, and it is no estimate of what will be best.",
        "オプティマルfは月次最大上昇率と月次最大下落率の比較から求めます：f＝上昇率÷（上昇率＋｜下落率｜）。その半分から、100を起点とする推移上の取引サイズと倍率を求めます。全期間のうち2つの月だけで決まり、ヴィンスのオプティマルfとは異なり、将来の最適値の推定でもありません。",
    ));
    let facts = match figures(path) {
        Ok(f) => Block::Facts(vec![
            (Words::new("largest monthly gain", "月次最大上昇率"), Value::Percent(f.up)),
            (Words::new("largest monthly loss", "月次最大下落率"), Value::Percent(f.down)),
            (Words::new("optimal f", "オプティマルf"), Value::Number(f.f, 4)),
            (Words::new("optimal f/2", "オプティマルf/2"), Value::Number(f.half_f, 4)),
            (
                Words::new("trade size, index points", "総資産額に対する取引サイズ（指数）"),
                Value::Number(f.size, 2),
            ),
            (Words::new("multiple", "レバレッジ倍率"), Value::Number(f.multiple, 2)),
        ]),
        Err(reason) => {
            let why = no_multiple(path, &reason.to_string());
            Block::Facts(vec![(Words::new("multiple", "レバレッジ倍率"), Value::Missing(why))])
        }
    };
    vec![words, facts]
}
