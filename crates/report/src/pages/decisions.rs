use allweather_core::AssetId;
use allweather_portfolio::Step;

use crate::{Block, Page, ReportError, Value, Words, run::Run, words::words};

mod counts;
mod log;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "decisions",
        Words::new("Decisions", "判断記録"),
        Words::new(
            "Every step of the run: whether it traded or held, and why, in the rule's own figures.",
            "全ステップについて、売買したか据え置いたか、その理由をルール自身の数値で示します。",
        ),
    );
    let trades = Trades::new(run);
    page.section("counts", Words::new("How often", "回数"), counts(run, &trades));
    page.section("log", Words::new("Step by step", "ステップごとの記録"), log::blocks(run, &trades));
    Ok(page)
}

fn counts(run: &Run<'_>, trades: &Trades) -> Vec<Block> {
    let outcome = run.record.outcome();
    let years = run.steps.len() as f64 / run.periodicity.periods_a_year();
    let facts = vec![
        (Words::new("steps", "ステップ数"), Value::Count(run.steps.len())),
        (Words::new("times rebalanced", "リバランス回数"), Value::Count(outcome.rebalances)),
        (Words::new("turnover over the whole run", "全期間の売買回転率"), Value::Percent(outcome.turnover)),
        (Words::new("turnover a year", "売買回転率（年率）"), Value::Percent(outcome.turnover / years)),
    ];
    vec![
        Block::Facts(facts),
        Block::Paragraph(Words::new(
            "The first purchase counts as no rebalancing. Turnover is what was bought and what was sold together, over the portfolio's value \
             before the trade, summed over the steps at which a rule traded: selling everything and buying something else is 200 %.",
            "初回購入はリバランスに数えません。売買回転率は、ルールが売買したステップの購入額と売却額の合計を売買前の時価で割り、合計したものです。全てを売って別の資産に買い替えると200 %になります。",
        )),
        counts::by_kind(run, trades).into(),
        counts::by_year(run, trades).into(),
    ]
}

/// What was traded at each step, orders in one asset that several vaults hold taken together.
struct Trades {
    /// Bought and sold, in base currency.
    value: Vec<f64>,
    /// The same over the value before the trade, where a rule traded; the first purchase is none.
    turnover: Vec<Option<f64>>,
}

impl Trades {
    fn new(run: &Run<'_>) -> Self {
        let assets: Vec<&AssetId> =
            run.record.spec().holdings.look_through().into_iter().map(|(asset, _)| asset).collect();
        // The places of each asset; one, unless several vaults hold it.
        let mut order: Vec<usize> = (0..assets.len()).collect();
        order.sort_by_key(|place| assets.get(*place));
        let groups: Vec<&[usize]> = order.chunk_by(|a, b| assets.get(*a) == assets.get(*b)).collect();
        let change = |step: &Step<'_>, place: &usize| {
            step.after.get(*place).zip(step.before.get(*place)).map_or(0.0, |(after, before)| after - before)
        };
        let traded = |step: &Step<'_>| -> f64 {
            groups.iter().map(|group| group.iter().map(|place| change(step, place)).sum::<f64>().abs()).sum()
        };
        let value: Vec<f64> = run.steps.iter().map(traded).collect();
        let rows = run.steps.iter().zip(&value).enumerate();
        let turnover = rows.map(|(i, (step, value))| (i > 0 && by_a_rule(step)).then(|| value / step.value));
        Self { turnover: turnover.collect(), value }
    }
}

/// Whether the rule of the portfolio, or that of a vault in it, traded.
fn by_a_rule(step: &Step<'_>) -> bool {
    step.decision.trades() || step.vaults.iter().any(|vault| vault.decision.trades())
}

/// What a step came to, in a word.
fn outcome(first: bool, step: &Step<'_>) -> Words {
    if first {
        Words::new("first purchase", "初回購入")
    } else if step.decision.trades() {
        Words::new("traded", "売買")
    } else if by_a_rule(step) {
        let vaults = step.vaults.iter().filter(|vault| vault.decision.trades()).count();
        let noun = if vaults == 1 { "vault" } else { "vaults" };
        words!("held; {vaults} {noun} traded", "据え置き（{vaults}ヴォールトが売買）")
    } else {
        Words::new("held", "据え置き")
    }
}
