use std::collections::BTreeMap;

use allweather_core::{Currency, Year};
use allweather_portfolio::{ForwardProfit, fx_overlay::FxSpec};

use crate::{
    Block, Colour, Figure, Page, ReportError, Shape, Table, Unit, Value, Words, run::Run, words::words,
};

mod omissions;
mod positions;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "currency",
        Words::new("Currency", "為替"),
        Words::new(
            "What hedging foreign assets cost, what the currency overlay earned back, and how large the book of forwards was.",
            "外貨ヘッジに要したコスト、為替オーバーレイによる回収額、そして為替予約の規模を示します。",
        ),
    );
    if run.record.is_actual() {
        let cash = Words::new(
            "An account's record has no forwards: what its spec hedges or takes on in currencies is in no figure. What exchange rates did to \
             assets and to cash in foreign currencies is in its returns.",
            "実口座の記録に為替予約はありません。仕様に定めるヘッジやオーバーレイはどの数値にも含まれません。資産と外貨現金の為替変動はリターンに含まれます。",
        );
        page.section(
            "currency-none",
            Words::new("No forwards", "為替予約なし"),
            vec![Block::Paragraph(cash)],
        );
        return Ok(page);
    }
    let Some(fx) = &run.record.spec().fx else {
        page.section("currency-none", Words::new("No hedge", "ヘッジなし"), unhedged(run));
        return Ok(page);
    };
    page.section(
        "currency-account",
        Words::new("Hedge and overlay", "ヘッジとオーバーレイ"),
        account(run, fx),
    );
    page.section(
        "currency-limits",
        Words::new("Size of the book", "為替予約の規模"),
        positions::limits(run, fx),
    );
    page.section(
        "currency-positions",
        Words::new("Overlay positions", "オーバーレイのポジション"),
        positions::overlay(run, fx),
    );
    if fx.overlay().is_some() {
        page.section(
            "currency-omissions",
            Words::new("Currencies without a position", "ポジションのない通貨"),
            omissions::blocks(run),
        );
    }
    Ok(page)
}

/// What a run without forwards has to say: which of its assets are foreign.
fn unhedged(run: &Run<'_>) -> Vec<Block> {
    let (base, prices) = (run.record.base(), run.sources.market.prices());
    let mut foreign: BTreeMap<Currency, usize> = BTreeMap::new();
    for name in run.record.universe() {
        let instrument = run.instrument(name).and_then(|place| prices.instruments().get(place));
        if let Some(currency) = instrument.map(|i| i.currency).filter(|currency| *currency != base) {
            *foreign.entry(currency).or_default() += 1;
        }
    }
    if foreign.is_empty() {
        return vec![Block::Paragraph(words!(
            "The run has no currency hedge and needs none: every asset is quoted in {base}.",
            "為替ヘッジはなく、必要もありません。全ての資産が{base}建てです。"
        ))];
    }
    let count: usize = foreign.values().sum();
    let list: Vec<String> = foreign.iter().map(|(currency, count)| format!("{currency} {count}")).collect();
    let list = list.join(", ");
    vec![Block::Warning(words!(
        "Foreign assets are not hedged: returns in {base} rise and fall with exchange rates. Foreign assets: {count} ({list}). There is no \
         overlay either.",
        "外貨建て資産はヘッジしていません。{base}建てリターンは為替変動の影響をそのまま受けます。外貨建て資産：{count}（{list}）。為替オーバーレイもありません。"
    ))]
}

fn account(run: &Run<'_>, fx: &FxSpec) -> Vec<Block> {
    let account = run.record.hedge_account();
    let hedge: f64 = run.steps.iter().map(|step| step.forwards.hedge).sum();
    let ratio = fx.hedge().ratio();
    let mut facts = vec![
        (Words::new("part of foreign exposure hedged", "外貨ヘッジ比率"), Value::Percent(ratio)),
        (Words::new("hedge cost in all", "ヘッジコスト合計"), Value::money(account.hedge_cost)),
    ];
    if fx.overlay().is_some() {
        facts.extend([
            (
                Words::new("profit of the overlay", "オーバーレイ損益合計"),
                Value::money(account.overlay_profit),
            ),
            (
                Words::new("share of the cost earned back", "ヘッジコスト回収率"),
                account.earned_back.map_or_else(no_cost, Value::Percent),
            ),
        ]);
    }
    facts.push((Words::new("profit of the hedge's forwards", "ヘッジの為替予約損益"), Value::money(hedge)));
    let unhedged = fx.hedge().unhedged();
    if !unhedged.is_empty() {
        let list: Vec<String> = unhedged.iter().map(ToString::to_string).collect();
        facts.push((Words::new("left unhedged", "ヘッジ対象外の通貨"), Value::Name(list.join(", "))));
    }
    vec![
        Block::Paragraph(Words::new(
            "The hedge sells foreign currency forward. What it costs is the interest differential between the currencies; what exchange \
             rates do to the forwards is offset by what they do to the assets, so it is no cost and no gain of the hedge. The overlay \
             takes positions of its own by interest differential, purchasing power parity and momentum, to earn that cost back.",
            "ヘッジは外貨を為替予約で売るもので、そのコストは通貨間の金利差です。為替変動による予約の損益は資産側の損益と相殺されるため、ヘッジの費用にも利益にも数えません。オーバーレイは金利差・購買力平価・モメンタム性に基づいて独自のポジションを取り、このコストの回収を目指します。",
        )),
        Block::Facts(facts),
        cumulative(run).into(),
        by_year(run).into(),
    ]
}

fn no_cost() -> Value {
    Value::Missing(Words::new("the hedge cost nothing, or was paid for", "ヘッジコストなし（または受取り）"))
}

fn cumulative(run: &Run<'_>) -> Figure {
    let sum = |part: fn(&allweather_portfolio::MonthRow) -> f64| {
        run.months.iter().scan(0.0, move |sum, row| {
            *sum += part(row);
            Some(*sum)
        })
    };
    Figure::new(
        "hedge_account",
        Words::new("Hedge cost and profit of the overlay so far", "ヘッジコストとオーバーレイ損益の累計"),
        Words::new(
            "In base currency. A falling cost line means that the interest differential paid the hedge. Where the overlay's line is above \
             the cost line, the cost has been earned back. Fees of dealing are on the page of costs.",
            "基準通貨建て。コストの線が下がる期間は、金利差がヘッジ側の受け取りとなったことを示します。オーバーレイの線がコストの線を上回れば、コストは回収済みです。取引手数料はコストのページにあります。",
        ),
        run.month_points(),
        Unit::Money,
    )
    .with(Words::new("hedge cost", "ヘッジコスト"), Shape::Line, Colour::Loss, sum(|row| row.hedge_cost))
    .with(Words::new("profit of the overlay", "オーバーレイ損益"), Shape::Line, Colour::Gain, sum(|row| row.overlay_profit))
}

fn by_year(run: &Run<'_>) -> Table {
    let mut years: Vec<(Year, ForwardProfit)> = Vec::new();
    for step in &run.steps {
        let year = step.month.year();
        if years.last().is_none_or(|(last, _)| *last != year) {
            years.push((year, ForwardProfit::default()));
        }
        let Some((_, sums)) = years.last_mut() else { continue };
        sums.hedge += step.forwards.hedge;
        sums.overlay += step.forwards.overlay;
        sums.hedge_cost += step.forwards.hedge_cost;
    }
    let mut table = Table::new(
        "hedge",
        Words::new("Hedge and overlay by year", "年別のヘッジとオーバーレイ"),
        [
            ("year", Words::new("year", "年")),
            ("hedge_cost", Words::new("hedge cost", "ヘッジコスト")),
            ("overlay_profit", Words::new("profit of the overlay", "オーバーレイ損益")),
            ("earned_back", Words::new("earned back", "回収率")),
            ("net", Words::new("overlay less cost", "差引")),
            ("hedge_profit", Words::new("profit of the hedge", "ヘッジ予約損益")),
        ],
    );
    for (year, sums) in years {
        let share = (sums.hedge_cost > 0.0).then(|| sums.overlay / sums.hedge_cost);
        table.row([
            Value::Year(year),
            Value::money(sums.hedge_cost),
            Value::money(sums.overlay),
            share.map_or_else(no_cost, Value::Percent),
            Value::money(sums.overlay - sums.hedge_cost),
            Value::money(sums.hedge),
        ]);
    }
    table.with_note(Words::new(
        "Positive hedge cost is paid, negative is received. Earned back is the overlay's profit over the hedge cost; a year in which the \
         hedge cost nothing has none. The profit of the hedge holds what exchange rates did to its forwards.",
        "ヘッジコストは正が支払い、負が受け取りです。回収率はオーバーレイ損益÷ヘッジコストで、コストのない年には値がありません。ヘッジ予約損益には為替変動分を含みます。",
    ))
}
