use std::collections::BTreeMap;

use allweather_core::Quarter;
use allweather_portfolio::QuarterRecord;

use crate::{Colour, Figure, Shape, Unit, Words, run::Run, terms};

/// The pool against its cap.
pub(super) fn pool(run: &Run<'_>) -> Figure {
    let figure = Figure::new(
        "pool",
        Words::new("The pool and its cap", "プール額と上限"),
        Words::new(
            "At the end of each month. The cap moves with the prescribed rate. The bands are quarters in which withdrawals were \
             halted and the pool had to pay alone; at zero it has nothing to pay with.",
            "各月末の額。上限は規定RFRに応じて動きます。帯は出金が停止され、プールだけで支払った四半期です。0のときは支払う原資がありません。",
        ),
        run.month_points(),
        Unit::Money,
    );
    halted(figure, run)
        .with(terms::POOL, Shape::Area, Colour::Portfolio, run.months.iter().map(|row| row.pool))
        .with_holes(
            terms::POOL_CAP,
            Shape::Dashed,
            Colour::Aim,
            standing(run, None, |quarter| quarter.pool_cap),
        )
}

/// Value against total invested capital.
pub(super) fn capital(run: &Run<'_>) -> Figure {
    let figure = Figure::new(
        "invested_capital",
        Words::new("Value against total invested capital", "評価額と合計投下資本"),
        Words::new(
            "At the end of each month, without the pool. What is above the invested capital at a quarter's end is withdrawn; \
             below it withdrawals are halted (the bands). Invested capital rises only by what is reinvested.",
            "各月末の額（プールを除く）。四半期末に合計投下資本を上回る額を出金し、下回る間は出金を停止します（帯）。合計投下資本は再投資によってのみ増えます。",
        ),
        run.month_points(),
        Unit::Money,
    );
    let capital = run.steps.first().map(|step| step.value_before);
    halted(figure, run)
        .with(
            Words::new("value", "評価額"),
            Shape::Line,
            Colour::Portfolio,
            run.months.iter().map(|row| row.value),
        )
        .with_holes(
            terms::INVESTED_CAPITAL,
            Shape::Dashed,
            Colour::Aim,
            standing(run, capital, |quarter| quarter.invested),
        )
}

fn by_quarter<'a>(run: &'a Run<'_>) -> BTreeMap<Quarter, &'a QuarterRecord> {
    run.steps.iter().filter_map(|step| step.quarter).map(|quarter| (quarter.quarter, quarter)).collect()
}

/// A figure of the ledger at each month's end: that of the quarter which was settled last.
fn standing<'a>(
    run: &'a Run<'_>,
    start: Option<f64>,
    of: impl Fn(&QuarterRecord) -> f64 + 'a,
) -> impl Iterator<Item = Option<f64>> + 'a {
    let quarters = by_quarter(run);
    run.months.iter().scan(start, move |last, row| {
        if row.month.ends_quarter()
            && let Some(quarter) = quarters.get(&row.month.quarter())
        {
            *last = Some(of(quarter));
        }
        Some(*last)
    })
}

fn halted(figure: Figure, run: &Run<'_>) -> Figure {
    let quarters = by_quarter(run);
    let holds = |month: allweather_core::Month| quarters.get(&month.quarter()).is_some_and(|q| q.halted);
    figure.with_band(
        Words::new("withdrawals halted", "出金停止"),
        Colour::Pale,
        false,
        run.months.iter().map(|row| holds(row.month)),
    )
}
