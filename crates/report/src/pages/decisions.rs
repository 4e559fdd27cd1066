use allweather_portfolio::Step;

use crate::{Block, Page, ReportError, Value, Words, run::Run, trades::by_a_rule, words::words};

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
    page.section("counts", Words::new("How often", "回数"), counts(run));
    page.section("log", Words::new("Step by step", "ステップごとの記録"), log::blocks(run));
    Ok(page)
}

fn counts(run: &Run<'_>) -> Vec<Block> {
    let outcome = run.record.outcome();
    let facts = vec![
        (Words::new("steps", "ステップ数"), Value::Count(run.steps.len())),
        (Words::new("times rebalanced", "リバランス回数"), Value::Count(outcome.rebalances)),
        (Words::new("turnover over the whole run", "全期間の売買回転率"), Value::Percent(outcome.turnover)),
        (
            Words::new("turnover a year", "売買回転率（年率）"),
            Value::Percent(outcome.turnover / run.years_long()),
        ),
    ];
    vec![
        Block::Facts(facts),
        Block::Paragraph(Words::new(
            "The first purchase counts as no rebalancing. Turnover is what was bought and what was sold together, over the portfolio's value \
             before the trade, summed over the steps at which a rule traded: selling everything and buying something else is 200 %.",
            "初回購入はリバランスに数えません。売買回転率は、ルールが売買したステップの購入額と売却額の合計を売買前の時価で割り、合計したものです。全てを売って別の資産に買い替えると200 %になります。",
        )),
        counts::by_kind(run).into(),
        counts::by_year(run).into(),
    ]
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
