use allweather_metrics::{
    Bootstrap, MetricsError, Returns, Summary, Tail, Undefined, annual_return_geometric, drawdown_series,
    drawdowns, max_drawdown, volatility,
};
use allweather_portfolio::Target;

use crate::{
    Block, Cell, Colour, Figure, Mark, Page, ReportError, Shape, Table, Tile, Unit, Value, Words,
    format::{decimals, percent},
    run::{PREMIUM, Run, index, of_period},
    undefined::why,
    words::words,
};

/// How many falls are listed.
const DEEPEST: usize = 10;

/// How many draws the intervals rest on, and from which seed: fixed, so that equal runs have equal reports.
const DRAWS: (usize, u64) = (1000, 1);

/// The largest deviation and drawdown that the published method allows.
const DRAWDOWN: f64 = 0.06;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let returns = run.returns()?;
    let mut page = Page::new("index", Words::new("Overview", "概要"), lead(run));
    page.section("targets", Words::new("Targets", "目標パフォーマンス"), targets(run, &returns)?);
    page.section("growth", Words::new("Growth", "資産の推移"), vec![growth(run).into()]);
    page.section("drawdowns", Words::new("Drawdowns", "ドローダウン"), falls(run, &returns));
    page.section("measures", Words::new("Measures", "各種指標"), vec![measures(run, &returns)?.into()]);
    Ok(page)
}

fn lead(run: &Run<'_>) -> Words {
    let (record, months) = (run.record, &run.months);
    let span = months.first().zip(months.last());
    let (first, last) =
        span.map_or_else(Default::default, |(a, b)| (a.month.to_string(), b.month.to_string()));
    let capital = decimals(record.step(0).map_or(0.0, |step| step.value_before), 0);
    let (base, assets) = (record.base(), record.universe().len());
    words!(
        "{capital} {base} invested in {assets} assets, {first} to {last}, by fixed rules. Every figure on these pages is computed from \
         the run's record.",
        "{capital} {base}を{assets}資産に固定ルールで投資した場合（{first}から{last}まで）。本報告書の数値は全て実行記録から計算したものです。"
    )
}

fn targets(run: &Run<'_>, returns: &Returns<'_>) -> Result<Vec<Block>, ReportError> {
    let check = run.record.targets();
    let bootstrap = Bootstrap::new(DRAWS.0, DRAWS.1)?;
    let interval = |measure: &dyn Fn(&Returns<'_>) -> Result<f64, Undefined>| {
        // A run too short to say has no interval either.
        bootstrap.interval(returns, Tail::FIVE_PERCENT, measure).ok()
    };
    let rows: [(Words, &str, Target, _); 3] = [
        (
            Words::new("return a year", "年率リターン"),
            "≥",
            check.annual_return,
            interval(&|r| annual_return_geometric(r)),
        ),
        (
            Words::new("standard deviation a year", "標準偏差（年率）"),
            "≤",
            check.deviation,
            interval(&|r| volatility(r)),
        ),
        (
            Words::new("largest drawdown", "最大ドローダウン"),
            "≤",
            check.drawdown,
            interval(&|r| Ok(-max_drawdown(r)?.depth)),
        ),
    ];
    let mut table = Table::new(
        "targets",
        Words::new("Targets, without leverage", "目標（レバレッジなし）"),
        [
            ("target", Words::new("target", "目標")),
            ("aim", Words::new("aim", "目標値")),
            ("reached", Words::new("reached", "実績")),
            ("met", Words::new("met?", "達成")),
            ("low", Words::new("5 % of draws below", "下側5 %点")),
            ("high", Words::new("5 % above", "上側5 %点")),
        ],
    );
    let mut tiles = Vec::new();
    let mut met = 0;
    for (name, sign, target, interval) in rows {
        let aim = target.aim.map_or_else(|| "—".to_owned(), percent);
        met += usize::from(target.met);
        let reached = Value::or_missing(target.reached, Value::Percent);
        tiles.push(Tile {
            name: name.clone(),
            value: reached.clone(),
            against: words!("target {sign} {aim}", "目標 {sign} {aim}"),
            met: Some(target.met),
        });
        let verdict = if target.met {
            Cell::new(Value::Words(Words::new("met", "達成"))).marked(Some(Mark::Met))
        } else {
            Cell::new(Value::Words(Words::new("not met", "未達成"))).marked(Some(Mark::NotMet))
        };
        let bound = |bound: Option<f64>| Cell::new(Value::or_missing(bound, Value::Percent));
        table.row([
            Value::Words(name).into(),
            Value::or_missing(target.aim, Value::Percent).into(),
            reached.into(),
            verdict,
            bound(interval.map(|i| i.low)),
            bound(interval.map(|i| i.high)),
        ]);
    }
    let rate = Value::or_missing(check.prescribed_rate, Value::Percent);
    tiles.push(Tile {
        name: Words::new("prescribed rate, mean", "規定RFR（平均）"),
        value: rate,
        against: Words::new("a year, geometric, over the span", "期間の幾何平均（年率）"),
        met: None,
    });
    let (draws, _) = DRAWS;
    let table = table.with_note(words!(
        "The return is aimed at the prescribed risk-free rate of the span + 4 %. The last two columns are a stationary bootstrap of {draws} \
         draws: how far luck alone may move a figure.",
        "リターンの目標は期間の規定RFR＋4 %です。右の2列は定常ブートストラップ（{draws}回）による区間で、偶然だけで数値がどこまで動き得るかを示します。"
    ));
    let mut blocks = vec![Block::Tiles(tiles)];
    blocks.push(verdict(met));
    let lacking: Vec<_> =
        run.years.iter().filter(|row| row.shortfall > 0.0).map(|row| row.year.to_string()).collect();
    if !lacking.is_empty() {
        let (count, list) = (lacking.len(), lacking.join(", "));
        blocks.push(Block::Warning(words!(
            "In {count} calendar years part or all of the living expenses had no funds: {list}.",
            "{count}つの暦年で生活費&事業活動費の一部または全部が賄えませんでした：{list}。"
        )));
    }
    blocks.push(table.into());
    Ok(blocks)
}

/// How many of the three targets are met, in words.
fn verdict(met: usize) -> Block {
    let (en, ja) = match met {
        3 => {
            return Block::Paragraph(Words::new(
                "All three targets are met.",
                "3つの目標は全て達成されています。",
            ));
        }
        0 => ("None of the three targets is met", "3つの目標はいずれも達成されていません"),
        1 => ("One of the three targets is met", "3つの目標のうち達成は1つです"),
        _ => ("Two of the three targets are met", "3つの目標のうち達成は2つです"),
    };
    Block::Warning(words!(
        "{en}. They are the published method's own, and the run is judged by them as it is.",
        "{ja}。目標は公開された手法自身のもので、本結果をそのまま照らしています。"
    ))
}

/// With a hatched band where returns rest on estimated prices.
fn estimated(run: &Run<'_>, figure: Figure) -> Figure {
    let name = Words::new("estimated prices", "推計価格");
    figure.with_band(name, Colour::Quiet, true, run.estimated.iter().copied())
}

fn growth(run: &Run<'_>) -> Figure {
    let figure = Figure::new(
        "growth",
        Words::new("100 invested, and what was aimed at", "100の投資の推移と目標"),
        Words::new(
            "Returns compounded, net of costs; what was paid out is no loss. Logarithmic: equal slopes are equal rates. The aim grows each \
             year by that year's prescribed rate + 4 %.",
            "コスト控除後リターンの累積（出金は損失に含みません）。対数目盛では同じ傾きが同じ率です。目標は各年の規定RFR＋4 %で成長します。",
        ),
        run.points(),
        Unit::Number,
    );
    let path = |premium: f64| {
        let step = |rate: &Option<f64>| rate.map(|rate| of_period(rate + premium, run.periodicity));
        run.rates.iter().map(step).collect::<Option<Vec<f64>>>().map(index)
    };
    let portfolio = index(run.record.outcome().returns.iter().copied());
    let figure = estimated(run, figure);
    let mut figure = figure.logarithmic().with(
        Words::new("portfolio", "ポートフォリオ"),
        Shape::Line,
        Colour::Portfolio,
        portfolio,
    );
    if let Some(aim) = path(PREMIUM) {
        let name = Words::new("prescribed rate + 4 %", "規定RFR＋4 %");
        figure = figure.with(name, Shape::Dashed, Colour::Aim, aim);
    }
    if let Some(rate) = path(0.0) {
        figure = figure.with(Words::new("prescribed rate", "規定RFR"), Shape::Line, Colour::Rate, rate);
    }
    figure
}

fn falls(run: &Run<'_>, returns: &Returns<'_>) -> Vec<Block> {
    let steps = run.days.len();
    let figure = Figure::new(
        "drawdown",
        Words::new("Below the highest value so far", "過去最高値からの下落率"),
        Words::new(
            "Measured on returns, the start included. The broken line is the 6 % that the method allows.",
            "開始時点を含むリターン累積で測定。破線は手法が許容する6 %です。",
        ),
        run.points(),
        Unit::Percent,
    )
    .with(Words::new("drawdown", "ドローダウン"), Shape::Area, Colour::Loss, drawdown_series(returns))
    .with(Words::new("limit", "上限"), Shape::Dashed, Colour::Aim, std::iter::repeat_n(-DRAWDOWN, steps));
    let figure = estimated(run, figure);
    let mut table = Table::new(
        "drawdowns",
        words!("The {DEEPEST} deepest drawdowns", "下落率の大きい順{DEEPEST}件"),
        [
            ("depth", Words::new("depth", "下落率")),
            ("peak", Words::new("peak", "天井")),
            ("trough", Words::new("trough", "底")),
            ("recovery", Words::new("recovered", "回復")),
            ("periods", Words::new("periods", "期間数")),
        ],
    );
    let mut all = drawdowns(returns).unwrap_or_default();
    all.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    // Period 0 is the moment before the first return.
    let day = |period: usize| match period.checked_sub(1).and_then(|i| run.days.get(i)) {
        Some(day) => Value::Date(*day),
        None => Value::Words(Words::new("start", "開始時")),
    };
    for fall in all.iter().take(DEEPEST) {
        let recovery = match fall.recovery {
            Some(period) => day(period),
            None => Value::Missing(Words::new("not recovered by the end", "期末時点で未回復")),
        };
        table.row([
            Value::Percent(fall.depth),
            day(fall.peak),
            day(fall.trough),
            recovery,
            Value::Count(fall.periods),
        ]);
    }
    vec![figure.into(), table.into()]
}

fn measures(run: &Run<'_>, returns: &Returns<'_>) -> Result<Table, MetricsError> {
    let s = Summary::of(returns, run.hurdle()?)?;
    let percent = Value::Percent;
    let ratio = |number| Value::Number(number, 2);
    let mut table = Table::new(
        "measures",
        Words::new("Measures of the returns", "リターンの各種指標"),
        [("measure", Words::new("measure", "指標")), ("value", Words::new("value", "値"))],
    );
    let mut row =
        |en: &'static str, ja: &'static str, value: Result<f64, Undefined>, unit: &dyn Fn(f64) -> Value| {
            let value = value.map_or_else(|reason| Value::Missing(why(&reason)), unit);
            table.row([Value::Words(Words::new(en, ja)), value]);
        };
    row("return a year, geometric", "年率リターン（幾何）", s.annual_return_geometric, &percent);
    row("return a year, arithmetic", "年率リターン（算術）", s.annual_return_arithmetic, &percent);
    row("standard deviation a year", "標準偏差（年率）", s.volatility, &percent);
    row("downside deviation a year", "下方偏差（年率）", s.downside_deviation, &percent);
    row("Sharpe ratio", "シャープレシオ", s.sharpe, &ratio);
    row(
        "Sharpe ratio, autocorrelation allowed for",
        "シャープレシオ（自己相関調整）",
        s.sharpe_autocorrelated,
        &ratio,
    );
    row("Sortino ratio", "ソルティノレシオ", s.sortino, &ratio);
    row("Omega", "オメガ", s.omega, &ratio);
    row("maximum drawdown", "最大ドローダウン", s.max_drawdown.map(|d| d.depth), &percent);
    row(
        "longest drawdown, periods",
        "最長ドローダウン期間（期間数）",
        s.longest_drawdown.map(|d| d.periods as f64),
        &|n| Value::Number(n, 0),
    );
    row("Calmar ratio", "カルマーレシオ", s.calmar, &ratio);
    row("Ulcer index", "アルサー指数", s.ulcer_index, &percent);
    row("pain index", "ペイン指数", s.pain_index, &percent);
    row("value at risk, 5 %", "バリュー・アット・リスク（5 %）", s.value_at_risk, &percent);
    row("expected shortfall, 5 %", "期待ショートフォール（5 %）", s.expected_shortfall, &percent);
    row("tail ratio, 5 %", "テールレシオ（5 %）", s.tail_ratio, &ratio);
    row("skewness", "歪度", s.skewness, &ratio);
    row("excess kurtosis", "超過尖度", s.kurtosis_excess, &ratio);
    let share = s.estimated_share.unwrap_or(0.0);
    row(
        "share of returns that rest on estimated prices",
        "推計価格に基づくリターンの割合",
        Ok(share),
        &percent,
    );
    Ok(table.with_note(if run.risk_free.is_some() {
        Words::new(
            "Ratios and downside are over the prescribed risk-free rate of each year.",
            "各レシオと下方偏差は各年の規定RFRを基準とします。",
        )
    } else {
        Words::new(
            "A year of the run has no prescribed rate: ratios and downside are over 0.",
            "規定RFRのない年があるため、各レシオと下方偏差は0を基準とします。",
        )
    }))
}
