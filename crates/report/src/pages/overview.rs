use allweather_metrics::{
    Bootstrap, MetricsError, Returns, Summary, Tail, Undefined, annual_return_geometric, drawdown_series,
    drawdowns, max_drawdown, volatility,
};
use allweather_portfolio::{QuarterRecord, Target, TargetCheck};

use crate::{
    Block, Cell, Colour, Figure, Mark, Page, ReportError, Shape, Table, Tile, Unit, Value, Words,
    format::{decimals, money as money_text, percent},
    run::{Run, index, of_period},
    terms,
    undefined::why,
    words::words,
};

/// How many falls are listed.
const DEEPEST: usize = 10;

/// How many draws the intervals rest on, and from which seed: fixed, so that equal runs have equal reports.
const DRAWS: (usize, u64) = (1000, 1);

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let returns = run.returns()?;
    let mut page = Page::new("index", Words::new("Overview", "概要"), lead(run));
    page.section("money", Words::new("What it came to", "結果"), vec![Block::Tiles(money(run))]);
    page.section("targets", Words::new("Targets", "目標パフォーマンス"), targets(run, &returns)?);
    page.section("growth", Words::new("Total return", "累積リターン"), vec![growth(run).into()]);
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
    if record.is_actual() {
        return words!(
            "An account of {capital} {base}, {first} to {last}, run from its fills, cash and flows. What a simulation of its spec would have \
             done is not on these pages, unless one says so.",
            "{capital} {base}で始まる実口座の、約定・現金・入出金の記録に基づく成績です（{first}から{last}まで）。特に断りのない限り、仕様どおりのシミュレーションの結果ではありません。"
        );
    }
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
            ("reached", Words::new("reached", "結果")),
            ("met", Words::new("met?", "達成")),
            ("low", Words::new("5th percentile", "5パーセンタイル")),
            ("high", Words::new("95th percentile", "95パーセンタイル")),
        ],
    );
    let mut tiles = Vec::new();
    let (mut met, mut judged) = (0, 0);
    for (name, sign, target, interval) in rows {
        let aim = target.aim.map_or_else(|| "—".to_owned(), percent);
        // What is unknown is neither met nor missed.
        let is_met = target.aim.and(target.reached).map(|_| target.met);
        met += usize::from(is_met == Some(true));
        judged += usize::from(is_met.is_some());
        let reached = Value::or_missing(target.reached, Value::Percent);
        tiles.push(Tile {
            name: name.clone(),
            value: reached.clone(),
            against: words!("target {sign} {aim}", "目標 {sign} {aim}"),
            met: is_met,
        });
        let verdict = match is_met {
            Some(true) => Cell::new(Value::Words(terms::MET.clone())).marked(Some(Mark::Met)),
            Some(false) => Cell::new(Value::Words(terms::NOT_MET.clone())).marked(Some(Mark::NotMet)),
            None => Value::Missing(Words::new("cannot be judged", "判定できません")).into(),
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
    blocks.push(verdict(met, judged));
    let lacking: Vec<_> =
        run.years.iter().filter(|row| row.shortfall > 0.0).map(|row| row.year.to_string()).collect();
    if !lacking.is_empty() {
        let (count, list) = (lacking.len(), lacking.join(", "));
        blocks.push(Block::Warning(words!(
            "Part or all of the living expenses had no funds in these years: {list} ({count} in all).",
            "{count}暦年で生活費&事業活動費の一部または全部が賄えませんでした：{list}。"
        )));
    }
    blocks.push(table.into());
    Ok(blocks)
}

/// How many of the targets are met, in words.
fn verdict(met: usize, judged: usize) -> Block {
    if judged < 3 {
        return Block::Warning(words!(
            "{met} of the {judged} targets that can be judged are met; for the others a prescribed rate or a longer run is lacking.",
            "判定できる目標{judged}件のうち、達成は{met}件です。残りは規定RFRまたは実行期間が足りず、判定できません。"
        ));
    }
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
        "{ja}。目標は公開された手法自身のもので、結果を調整せずに判定しています。"
    ))
}

/// What the money is worth, and what it paid for.
fn money(run: &Run<'_>) -> Vec<Tile> {
    let Some((first, last)) = run.steps.first().zip(run.steps.last()) else { return Vec::new() };
    let start = money_text(first.value_before, run.scale());
    let tile = |name, amount, against| Tile { name, value: Value::money(amount), against, met: None };
    let mut tiles = vec![tile(
        Words::new("value at the end", "期末の評価額"),
        last.value_after,
        if run.record.is_actual() {
            words!("started with {start}; flows since then are in it", "開始時 {start}（以後の入出金を含む）")
        } else {
            words!("started with {start}; the pool is beside it", "開始時 {start}（プールを除く）")
        },
    )];
    let quarters = || run.steps.iter().filter_map(|step| step.quarter);
    if quarters().next().is_some() {
        let sum = |amount: &dyn Fn(&QuarterRecord) -> f64| quarters().map(amount).fold(0.0, |a, b| a + b);
        let (consumed, lacking) = (sum(&|q| q.consumption), sum(&|q| q.shortfall));
        let share = percent(if consumed > 0.0 { lacking / consumed } else { 0.0 });
        tiles.push(tile(
            Words::new("expenses paid", "支払った生活費&事業活動費"),
            consumed - lacking,
            words!("{share} of what was needed had no funds", "必要額の{share}は賄えませんでした"),
        ));
        let (halted, all) = (quarters().filter(|q| q.halted).count(), quarters().count());
        tiles.push(Tile {
            name: Words::new("quarters halted", "出金停止の四半期数"),
            value: Value::Count(halted),
            against: words!("of {all}: principal was under water", "全{all}四半期のうち元本割れ"),
            met: None,
        });
    }
    tiles
}

/// With a hatched band where returns rest on estimated prices.
fn estimated(run: &Run<'_>, figure: Figure) -> Figure {
    let name = Words::new("estimated prices", "推計価格");
    figure.with_band(name, Colour::Quiet, true, run.estimated.iter().copied())
}

fn growth(run: &Run<'_>) -> Figure {
    let figure = Figure::new(
        "growth",
        Words::new(
            "100 invested, as if nothing had been paid out, and what was aimed at",
            "100の投資の推移（出金がなかったとした場合）と目標",
        ),
        Words::new(
            "Returns compounded, net of costs; what was paid out is no loss. Logarithmic: equal slopes are equal rates. The aim grows each \
             year by that year's prescribed rate + 4 %.",
            "コスト控除後リターンの累積（出金は損失に含みません）。対数目盛では同じ傾きが同じ率です。目標は各年の規定RFR＋4 %で成長します。",
        ),
        run.points(),
        Unit::Number,
    );
    let path = |premium: f64| {
        let period = |rate: &Option<f64>| rate.map(|rate| of_period(rate + premium, run.periodicity));
        let periods = run.rates.iter().skip(run.first_period()).map(period);
        // No time goes by for the purchase.
        let steps = std::iter::repeat_n(Some(0.0), run.first_period()).chain(periods);
        steps.collect::<Option<Vec<f64>>>().map(index)
    };
    let portfolio = index(run.record.outcome().returns.iter().copied());
    let figure = estimated(run, figure);
    let mut figure = figure.logarithmic().with(
        Words::new("portfolio", "ポートフォリオ"),
        Shape::Line,
        Colour::Portfolio,
        portfolio,
    );
    if let Some(aim) = path(TargetCheck::PREMIUM) {
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
    .with(
        Words::new("drawdown", "ドローダウン"),
        Shape::Area,
        Colour::Loss,
        std::iter::repeat_n(0.0, run.first_period()).chain(drawdown_series(returns)),
    )
    .with(
        Words::new("limit", "上限"),
        Shape::Dashed,
        Colour::Aim,
        std::iter::repeat_n(-TargetCheck::DRAWDOWN, steps),
    );
    let figure = estimated(run, figure);
    let mut table = Table::new(
        "drawdowns",
        words!("The {DEEPEST} deepest drawdowns", "下落率の大きい順{DEEPEST}件"),
        [
            ("depth", Words::new("depth", "下落率")),
            ("peak", Words::new("peak", "ピーク")),
            ("trough", Words::new("trough", "ボトム")),
            ("recovery", Words::new("recovered", "回復日")),
            ("periods", Words::new("periods", "期間数")),
        ],
    );
    let mut all = drawdowns(returns).unwrap_or_default();
    all.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    // Period 0 is the moment before the first return: the day of the purchase, or the start of an account.
    let step = |period: usize| (period + run.first_period()).checked_sub(1);
    let day = |period: usize| match step(period).and_then(|i| run.days.get(i)) {
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
    row("Omega", "オメガレシオ", s.omega, &ratio);
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
            "Sharpe, Sortino, Omega and downside are over the prescribed risk-free rate of each year; tails are losses of one step.",
            "シャープ、ソルティノ、オメガの各レシオと下方偏差は各年の規定RFRを基準とします。バリュー・アット・リスクと期待ショートフォールは1ステップの損失です。",
        )
    } else {
        Words::new(
            "A year of the run has no prescribed rate: Sharpe, Sortino, Omega and downside are over 0. Tails are losses of one step.",
            "規定RFRのない年があるため、シャープ、ソルティノ、オメガの各レシオと下方偏差は0を基準とします。バリュー・アット・リスクと期待ショートフォールは1ステップの損失です。",
        )
    }))
}
