use std::num::NonZeroUsize;

use allweather_metrics::{Returns, annual_return_geometric};
use allweather_portfolio::{CostParts, Step};

use crate::{
    Block, Colour, Figure, Page, Points, ReportError, Scale, Shape, Table, Unit, Value, Words, run::Run,
    words::words,
};

mod actual;
mod model;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    // In the scale of the capital, the costs of a year would be noughts.
    let annual = run.record.outcome().costs.total() / run.years.len() as f64;
    let scale = if annual > 0.0 { Scale::of(annual) } else { run.scale() };
    let mut page = Page::new(
        "costs",
        Words::new("Costs", "コスト"),
        if run.record.is_actual() {
            Words::new(
                "What the account was charged by kind, how much was traded, and what return there would have been without it. Taxes that were \
                 withheld are in the returns, and not here; what a fund takes inside of its price is in no figure of its own.",
                "実口座に課されたコストの種類別内訳、売買量、そしてコストがなければ得られたリターンを示します。源泉徴収された税金はリターンに含まれ、ここには含みません。信託報酬など価格に織り込まれた費用は、個別の数値としては現れません。",
            )
        } else {
            Words::new(
                "What trading took by kind, how much was traded, and what return there would have been without it. Taxes, fund fees and \
                 custody are not in it; interest differentials of the currency hedge are on the currency page.",
                "取引に要したコストの種類別内訳、売買量、そしてコストがなければ得られたリターンを示します。税金・信託報酬・保管料は含みません。為替ヘッジの金利差は為替のページにあります。",
            )
        },
    )
    .counted_in(scale);
    let years = years(run);
    page.section(
        "costs-whole",
        Words::new("In all", "全期間"),
        vec![Block::Facts(whole(run, &years)), cumulative(run).into()],
    );
    page.section(
        "costs-years",
        Words::new("By year", "年別"),
        vec![by_year(run, &years).into(), costs(run, &years).into()],
    );
    page.section("costs-trading", Words::new("Trading", "売買"), vec![turnover(run, &years).into()]);
    page.section("costs-model", Words::new("What was charged", "コストの前提"), model::blocks(run));
    if let Some(fills) = run.sources.fills {
        page.section(
            "costs-actual",
            Words::new("Estimate against actual", "推定値と実績"),
            actual::blocks(fills),
        );
    }
    Ok(page)
}

/// Costs and trade of one calendar year.
struct Annual {
    year: allweather_core::Year,
    costs: CostParts,
    /// Sum of the values at the beginning of its steps, and how many these are.
    values: (f64, usize),
    /// Growth before and after costs.
    growth: (f64, f64),
    rebalances: usize,
    /// Traded value over portfolio value.
    turnover: f64,
    /// Costs of the steps at which the rule rebalanced.
    rebalancing: f64,
}

impl Annual {
    fn mean_value(&self) -> f64 {
        self.values.0 / self.values.1.max(1) as f64
    }

    fn share(&self) -> f64 {
        self.costs.total() / self.mean_value()
    }

    fn drag(&self) -> f64 {
        self.growth.0 - self.growth.1
    }
}

fn years(run: &Run<'_>) -> Vec<Annual> {
    let mut years: Vec<Annual> = Vec::new();
    for (place, step) in run.steps.iter().enumerate() {
        let year = step.month.year();
        if years.last().is_none_or(|last| last.year != year) {
            years.push(Annual {
                year,
                costs: CostParts::default(),
                values: (0.0, 0),
                growth: (1.0, 1.0),
                rebalances: 0,
                turnover: 0.0,
                rebalancing: 0.0,
            });
        }
        let Some(row) = years.last_mut() else { continue };
        row.costs.commission += step.costs.commission;
        row.costs.slippage += step.costs.slippage;
        row.costs.fx += step.costs.fx;
        row.values = (row.values.0 + step.value_before, row.values.1 + 1);
        row.growth.0 *= 1.0 + step.gross_return();
        row.growth.1 *= 1.0 + step.period_return();
        if let Some(turnover) = run.trades.turnover.get(place).copied().flatten() {
            row.rebalances += 1;
            row.rebalancing += step.costs.total();
            row.turnover += turnover;
        }
    }
    years
}

fn whole(run: &Run<'_>, years: &[Annual]) -> Vec<(Words, Value)> {
    let (outcome, first) = (run.record.outcome(), run.steps.first());
    let costs = outcome.costs;
    let annual = |returns: &[f64]| {
        let returns = Returns::new(run.periodicity, returns).ok()?;
        annual_return_geometric(&returns).ok()
    };
    // Before costs the first purchase brings nothing, and takes no time.
    let without: Vec<f64> = run.steps.iter().skip(run.first_period()).map(Step::gross_return).collect();
    let (before, after) = (annual(&without), annual(&outcome.period_returns()));
    let (sum, steps) =
        years.iter().fold((0.0, 0), |(sum, steps), year| (sum + year.values.0, steps + year.values.1));
    let mean_value = sum / steps.max(1) as f64;
    let length = run.years_long();
    vec![
        (Words::new("all costs", "コスト合計"), Value::money(costs.total())),
        (Words::new("commission", "取引手数料"), Value::money(costs.commission)),
        (Words::new("slippage", "スリッページ"), Value::money(costs.slippage)),
        (Words::new("exchange fees", "為替手数料"), Value::money(costs.fx)),
        (
            if run.record.is_actual() {
                Words::new("of these, at the first step", "うち最初のステップ")
            } else {
                Words::new("of these, first purchase", "うち初回購入")
            },
            Value::or_missing(first.map(|step| step.costs.total()), Value::money),
        ),
        (
            Words::new("a year, of the mean value", "平均資産額に対する比率（年率）"),
            share(costs.total() / mean_value / length),
        ),
        (
            Words::new("return a year before costs", "コスト控除前リターン（年率）"),
            Value::or_missing(before, Value::Percent),
        ),
        (
            Words::new("return a year after costs", "コスト控除後リターン（年率）"),
            Value::or_missing(after, Value::Percent),
        ),
        (
            Words::new("lost to costs a year", "コストによる低下（年率）"),
            Value::or_missing(before.zip(after).map(|(before, after)| before - after), Value::Percent),
        ),
        (
            if run.record.is_actual() {
                Words::new("steps with trades", "売買のあったステップ数")
            } else {
                Words::new("rebalances", "リバランス回数")
            },
            Value::Count(outcome.rebalances),
        ),
        (
            Words::new("turnover a year, both sides", "売買回転率（年率、往復）"),
            share(outcome.turnover / length),
        ),
    ]
}

fn cumulative(run: &Run<'_>) -> Figure {
    let sum = |kind: fn(&allweather_portfolio::MonthRow) -> f64| {
        run.months.iter().scan(0.0, move |sum, row| {
            *sum += kind(row);
            Some(*sum)
        })
    };
    Figure::new(
        "costs_cumulative",
        Words::new("Costs so far, by kind", "コストの累計（種類別）"),
        if run.record.is_actual() {
            Words::new(
                "In base currency, from the first step on. Exchange fees are those of converting currencies.",
                "基準通貨建て、最初のステップからの累計です。為替手数料は両替にかかったものです。",
            )
        } else {
            Words::new(
                "In base currency, from the first purchase on. Exchange fees are those of converting currencies and of dealing in forwards.",
                "基準通貨建て、初回購入からの累計です。為替手数料は両替と為替予約の取引にかかるものです。",
            )
        },
        run.month_points(),
        Unit::Money,
    )
    .with(Words::new("commission", "取引手数料"), Shape::Stacked, Colour::Nth(0), sum(|row| row.commission))
    .with(Words::new("slippage", "スリッページ"), Shape::Stacked, Colour::Nth(1), sum(|row| row.slippage))
    .with(Words::new("exchange fees", "為替手数料"), Shape::Stacked, Colour::Nth(2), sum(|row| row.fx_fee))
}

fn by_year(run: &Run<'_>, years: &[Annual]) -> Figure {
    let kind =
        |kind: fn(&CostParts) -> f64| years.iter().map(move |year| kind(&year.costs) / year.mean_value());
    Figure::new(
        "costs_by_year",
        Words::new("Costs of each year, of the mean value of the portfolio", "年別コスト（平均資産額に対する比率）"),
        if run.record.is_actual() {
            Words::new(
                "By kind, stacked, as the account was charged.",
                "種類別の積み上げです（実際に課された額）。",
            )
        } else {
            Words::new(
                "By kind, stacked. The first year holds the first purchase of the whole portfolio; later years are rebalancing, payments and \
                 forwards.",
                "種類別の積み上げ。初年には全資産の初回購入が含まれ、以降はリバランス・出金・為替予約によるものです。",
            )
        },
        Points::Years(years.iter().map(|year| year.year.number()).collect()),
        Unit::Percent,
    )
    .with(Words::new("commission", "取引手数料"), Shape::Bars, Colour::Nth(0), kind(|costs| costs.commission))
    .with(Words::new("slippage", "スリッページ"), Shape::Bars, Colour::Nth(1), kind(|costs| costs.slippage))
    .with(Words::new("exchange fees", "為替手数料"), Shape::Bars, Colour::Nth(2), kind(|costs| costs.fx))
}

/// A share of a value that may have been lost entirely.
fn share(fraction: f64) -> Value {
    if fraction.is_finite() {
        Value::Percent(fraction)
    } else {
        Value::Missing(Words::new("nothing left to divide by", "資産額が0です"))
    }
}

fn costs(run: &Run<'_>, years: &[Annual]) -> Table {
    let mut table = Table::new(
        "costs",
        Words::new("Costs by year", "年別コスト"),
        [
            ("year", Words::new("year", "年")),
            ("commission", Words::new("commission", "取引手数料")),
            ("slippage", Words::new("slippage", "スリッページ")),
            ("fx_fee", Words::new("exchange fees", "為替手数料")),
            ("total", Words::new("all", "合計")),
            ("share", Words::new("of mean value", "平均資産額比")),
            ("before_costs", Words::new("return before", "控除前リターン")),
            ("after_costs", Words::new("return after", "控除後リターン")),
            ("drag", Words::new("lost to costs", "コストによる低下")),
        ],
    );
    for year in years {
        table.row([
            Value::Year(year.year),
            Value::money(year.costs.commission),
            Value::money(year.costs.slippage),
            Value::money(year.costs.fx),
            Value::money(year.costs.total()),
            share(year.share()),
            share(year.growth.0 - 1.0),
            share(year.growth.1 - 1.0),
            share(year.drag()),
        ]);
    }
    if run.record.is_actual() {
        return table.with_note(Words::new(
            "The mean value is that of the account at the beginning of each of the year's steps. The return before costs takes the same \
             trades and adds their costs back.",
            "平均資産額は年内の各ステップ開始時の口座の資産額の平均です。控除前リターンは同じ売買のコストを戻したものです。",
        ));
    }
    table.with_note(Words::new(
        "The mean value is that of the portfolio at the beginning of each of the year's steps, without the pool. The return before costs \
         takes the same trades and adds their costs back; it does not say what rule would have been best without costs.",
        "平均資産額は年内の各ステップ開始時の資産額（プール額を除く）の平均です。控除前リターンは同じ売買のコストを戻したもので、コストがない場合に最適な規則を示すものではありません。",
    ))
}

fn turnover(run: &Run<'_>, years: &[Annual]) -> Table {
    let actual = run.record.is_actual();
    let (title, times, none) = if actual {
        (
            Words::new("Trades and turnover by year", "年別の売買と売買回転率"),
            Words::new("steps with trades", "売買のあったステップ数"),
            Words::new("no trade in the year", "年内に売買なし"),
        )
    } else {
        (
            Words::new("Rebalances and turnover by year", "年別リバランス回数と売買回転率"),
            Words::new("rebalances", "リバランス回数"),
            Words::new("no rebalance in the year", "年内にリバランスなし"),
        )
    };
    let mut table = Table::new(
        "turnover_by_year",
        title,
        [
            ("year", Words::new("year", "年")),
            ("rebalances", times),
            ("turnover", Words::new("turnover", "売買回転率")),
            ("cost", Words::new("their cost", "コスト")),
            ("cost_per_rebalance", Words::new("each", "1回あたり")),
        ],
    );
    for year in years {
        let each = NonZeroUsize::new(year.rebalances).map(|count| year.rebalancing / count.get() as f64);
        table.row([
            Value::Year(year.year),
            Value::Count(year.rebalances),
            share(year.turnover),
            Value::money(year.rebalancing),
            each.map_or_else(|| Value::Missing(none.clone()), Value::money),
        ]);
    }
    if actual {
        return table.with_note(Words::new(
            "Turnover is traded value over the value of the account, buys and sells both counted, summed over the year's steps; the first step \
             is none. Costs are all those of the steps with trades.",
            "売買回転率は売買額（買いと売りの合計）÷口座の資産額を年内のステップについて合計したものです。最初のステップは含みません。コストは売買のあったステップの全コストです。",
        ));
    }
    let composed = run.steps.first().is_some_and(|step| !step.vaults.is_empty());
    let (en, ja) = if composed {
        (
            " A step at which only a vault was rebalanced counts. Orders of several vaults in one asset are taken together.",
            "ヴォールトのみのリバランスも1回と数えます。同じ資産に対する複数ヴォールトの注文は合算します。",
        )
    } else {
        ("", "")
    };
    table.with_note(words!(
        "Turnover is traded value over portfolio value, buys and sells both counted, summed over the year's rebalances; the first \
         purchase is none.{en} Costs are all those of the steps that rebalanced, the fee of forwards settled there included.",
        "売買回転率は売買額（買いと売りの合計）÷資産額を年内のリバランスについて合計したものです。初回購入は含みません。{ja}コストはリバランスを行ったステップの全コストで、そこで決済した為替予約の手数料を含みます。"
    ))
}
