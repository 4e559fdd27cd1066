use allweather_portfolio::{
    Expenses, Knowledge, QuarterRecord,
    cashflow::{Published, Spending},
};

use crate::{Block, Page, ReportError, Value, Words, run::Run, terms, words::words};

mod halts;
mod ledger;
mod paths;
mod years;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "expenses",
        Words::new("Living expenses", "生活費&事業活動費"),
        Words::new(
            "What the portfolio was to pay for living and business, what it did pay, and when it could not.",
            "ポートフォリオが賄うはずの生活費&事業活動費、実際に賄った額、賄えなかった時期を示します。",
        ),
    );
    if run.record.is_actual() {
        let owner = Words::new(
            "An account has no expenses by a rule, no pool and no halt: what left it is what its owner took out, and is among the flows.",
            "実口座には、規則による生活費&事業活動費、プール、出金停止はありません。出金は所有者が引き出したもので、入出金に含まれます。",
        );
        page.section(
            "none",
            Words::new("No expenses by a rule", "規則による生活費&事業活動費なし"),
            vec![Block::Paragraph(owner)],
        );
        return Ok(page);
    }
    let Some(expenses) = &run.record.spec().expenses else {
        let none = Words::new(
            "Nothing is paid out: this run has no living expenses. All gains stay in the portfolio, and there is neither a pool nor a halt.",
            "出金はありません。本実行には生活費&事業活動費がなく、利益は全てポートフォリオに残ります。プールも出金停止もありません。",
        );
        page.section(
            "none",
            Words::new("No expenses", "生活費&事業活動費なし"),
            vec![Block::Paragraph(none)],
        );
        return Ok(page);
    };
    page.section("rule", Words::new("How much is paid", "想定額の決め方"), rule(run, expenses));
    let quarters: Vec<&QuarterRecord> = run.steps.iter().filter_map(|step| step.quarter).collect();
    if quarters.is_empty() {
        return Ok(page);
    }
    page.section("totals", Words::new("Totals", "合計"), totals(run, expenses, &quarters));
    page.section("pool", Words::new("The pool", "プール"), vec![paths::pool(run).into()]);
    page.section("years", Words::new("Year by year", "年別"), years::blocks(run));
    page.section("halts", Words::new("When withdrawals were halted", "出金停止"), halts::blocks(&quarters));
    page.section("capital", Words::new("Invested capital", "合計投下資本"), vec![paths::capital(run).into()]);
    page.section("quarters", Words::new("Every quarter", "四半期別"), vec![ledger::table(&quarters).into()]);
    Ok(page)
}

/// How an expense follows from the rate, in words.
fn rule(run: &Run<'_>, expenses: &Expenses) -> Vec<Block> {
    let amount = match expenses.rule {
        Spending::Published(rule) if rule == Published::default() => Words::new(
            "By the run's spec the expense of a year is 3 % of the initial capital, raised by the prescribed rate of every year so far, the \
             first and the running one included: a year whose rate is 2 % adds 2 % to it. It follows prices, not the portfolio's fortune.",
            "本実行の仕様では、各年の想定額は初期投資額の3 %を、初年からその年までの各年の規定RFRで増額したものです。規定RFRが2 %の年には2 %増えます。想定額は物価に応じて動き、運用成績には左右されません。",
        ),
        Spending::Published(_) => Words::new(
            "By the run's spec the expense of a year is a fixed share of the initial capital, raised by the prescribed rate of every year so \
             far, the first and the running one included: a year whose rate is 2 % adds 2 % to it.",
            "本実行の仕様では、各年の想定額は初期投資額の一定割合を、初年からその年までの各年の規定RFRで増額したものです。規定RFRが2 %の年には2 %増えます。",
        ),
        Spending::Anchored(_) => Words::new(
            "By the run's spec the expense of the first year is a fixed share of the initial capital, and that of a later year is the one \
             before, raised by the year's prescribed rate.",
            "本実行の仕様では、初年の想定額は初期投資額の一定割合で、翌年以降は前年の想定額をその年の規定RFRで増額します。",
        ),
        Spending::Yale(_) => Words::new(
            "By the run's spec the expense is smoothed as Yale's endowment does it: mostly that of the year before, partly a share of what \
             the portfolio was worth, raised by the prescribed rate and kept within limits.",
            "本実行の仕様では、イェール大学基金の方式で想定額を平準化します。前年の想定額と資産額の一定割合を加重し、規定RFRで増額したうえで上下限の範囲に収めます。",
        ),
        Spending::GuytonKlinger(_) => Words::new(
            "By the run's spec the expense follows the guardrails of Guyton and Klinger: that of the year before raised by the prescribed \
             rate, but cut or raised by a step when it becomes too large or too small a share of the portfolio.",
            "本実行の仕様では、Guyton-Klingerのガードレール方式で想定額を定めます。前年の想定額を規定RFRで増額し、資産額に対する割合が大き過ぎる、または小さ過ぎる場合に一定幅だけ減額・増額します。",
        ),
        _ => Words::new(
            "The expense of a year is set by a rule of the run's spec.",
            "各年の想定額は本実行の仕様の規則で決まります。",
        ),
    };
    let years = expenses.pool_years.normalize();
    let flow = words!(
        "A quarter consumes a fourth of the year's expense. At its end everything above the total invested capital is withdrawn; it pays the \
         quarter's expense and then fills the pool up to its cap, {years} annual expenses; what is left is reinvested and becomes invested \
         capital. While the portfolio is worth no more than its invested capital nothing is withdrawn, and the pool pays. What neither pays \
         is a shortfall: it is counted, not made up for later.",
        "四半期ごとに想定額の4分の1を消費します。四半期末に合計投下資本を超える額を全て出金し、その四半期の消費額に充て、次にプールを上限（想定額の{years}年分）まで積み、残りを再投資して合計投下資本に加えます。評価額が合計投下資本以下（元本割れ）の間は出金せず、プールから支払います。どちらからも賄えない額は不足額として計上し、後から補うことはしません。"
    );
    let knowledge = match expenses.knowledge {
        Knowledge::PointInTime => Words::new(
            "A quarter's expense uses the rates as they were known at its end, so within a year it may move as figures come in.",
            "各四半期の想定額は、その四半期末に知られていた規定RFRで計算します。そのため年内でも統計の公表に応じて動くことがあります。",
        ),
        Knowledge::Final => Words::new(
            "A quarter's expense uses the rates as they were fixed later, which nobody knew on the day.",
            "各四半期の想定額は、後日確定した規定RFRで計算しています。当時は知り得なかった値です。",
        ),
    };
    let mut blocks = vec![Block::Paragraph(amount), Block::Paragraph(flow), Block::Paragraph(knowledge)];
    if run.steps.iter().all(|step| step.quarter.is_none()) {
        blocks.push(Block::Warning(Words::new(
            "No quarter ended within this run, so nothing was paid out yet.",
            "本実行の期間内に四半期末がないため、出金はまだ行われていません。",
        )));
    }
    blocks
}

fn totals(run: &Run<'_>, expenses: &Expenses, quarters: &[&QuarterRecord]) -> Vec<Block> {
    let sum = |of: fn(&QuarterRecord) -> f64| quarters.iter().map(|quarter| of(quarter)).sum::<f64>();
    let (consumed, shortfall) = (sum(|q| q.consumption), sum(|q| q.shortfall));
    let start: f64 = expenses.initial_pool.try_into().unwrap_or_default();
    let (pool, invested) = (run.record.outcome().pool, run.record.outcome().invested);
    let halted = quarters.iter().filter(|quarter| quarter.halted).count();
    let share = if consumed > 0.0 {
        Value::Percent((consumed - shortfall) / consumed)
    } else {
        Value::Missing(Words::new("no expenses", "消費額がありません"))
    };
    let facts = vec![
        (Words::new("expenses of all quarters", "消費額の合計"), Value::money(consumed)),
        (Words::new("of these, paid", "うち支払った割合"), share),
        (Words::new("withdrawn", "出金"), Value::money(sum(|q| q.withdrawn))),
        (terms::REINVESTED, Value::money(sum(|q| q.reinvested))),
        (Words::new("shortfall: nothing funded it", "不足額（賄えなかった額）"), Value::money(shortfall)),
        (Words::new("quarters with a shortfall", "不足のあった四半期数"), {
            Value::Count(quarters.iter().filter(|quarter| quarter.shortfall > 0.0).count())
        }),
        (Words::new("pool at the start", "開始時のプール額"), Value::money(start)),
        (Words::new("pool at the end", "期末のプール額"), Value::money(pool)),
        (
            Words::new("total invested capital at the end", "期末の合計投下資本"),
            Value::or_missing(invested, Value::money),
        ),
        (Words::new("value at the end, without the pool", "期末の評価額（プールを除く）"), {
            Value::money(run.record.outcome().final_value)
        }),
        (Words::new("quarters with withdrawals halted", "出金停止の四半期数"), Value::Count(halted)),
        (Words::new("quarters in all", "四半期の総数"), Value::Count(quarters.len())),
    ];
    let sums = words!(
        "What was withdrawn is what was consumed, plus what was reinvested, plus what the pool grew by, \
         less the shortfall.",
        "出金の合計＝消費額＋再投資金額＋プールの増加額−不足額となります。"
    );
    vec![Block::Facts(facts), Block::Paragraph(sums)]
}
