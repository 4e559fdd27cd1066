use allweather_core::Currency;
use allweather_portfolio::{Step, fx_overlay::FxSpec};

use crate::{Block, Colour, Figure, Shape, Unit, Value, Words, format::percent, run::Run, words::words};

/// Gross notional and margin against what the spec allows.
pub(super) fn limits(run: &Run<'_>, fx: &FxSpec) -> Vec<Block> {
    let ends = run.month_ends();
    let (limit, margin_limit) =
        (fx.margin().gross_limit(), fx.margin().rate().to_f64() * fx.margin().gross_limit());
    // At the last step, and where nothing could be opened, there is no book.
    let of_value = |amount: fn(&Step<'_>) -> f64| {
        ends.iter()
            .map(move |step| step.overlay_scale.map(|_| amount(step) / step.value_after))
            .collect::<Vec<_>>()
    };
    let (gross, margin) = (of_value(|step| step.gross), of_value(|step| step.margin));
    let largest = |values: &[Option<f64>]| values.iter().flatten().copied().reduce(f64::max);
    let scaled = run.steps.iter().filter(|step| step.overlay_scale.is_some_and(|scale| scale < 1.0)).count();
    let opened = run.steps.iter().filter(|step| step.overlay_scale.is_some()).count();
    let mut facts = vec![
        (
            Words::new("largest gross notional, of value", "想定元本合計の最大（資産額比）"),
            Value::or_missing(largest(&gross), Value::Percent),
        ),
        (Words::new("its limit", "その上限"), Value::Percent(limit)),
        (
            Words::new("largest margin, of value", "必要証拠金の最大（資産額比）"),
            Value::or_missing(largest(&margin), Value::Percent),
        ),
        (Words::new("times a book was opened", "予約を建てた回数"), Value::Count(opened)),
    ];
    if fx.overlay().is_some() {
        facts.push((
            Words::new("times the overlay was scaled down to fit", "上限に収めるため縮小した回数"),
            Value::Count(scaled),
        ));
    }
    let rate = percent(fx.margin().rate().to_f64());
    let repeat = |value| std::iter::repeat_n(value, ends.len());
    let gross = Figure::new(
        "gross_notional",
        Words::new("Gross notional of all forwards, of the portfolio's value", "為替予約の想定元本合計（資産額比）"),
        Words::new(
            "Hedge and overlay of a currency are netted before they are added up. The broken line is the limit that the spec states: the \
             overlay is scaled down until the book fits.",
            "ヘッジとオーバーレイは通貨ごとに相殺してから合計します。破線は仕様の定める上限で、超える場合はオーバーレイを縮小します。",
        ),
        run.month_points(),
        Unit::Percent,
    )
    .with_holes(Words::new("gross notional", "想定元本合計"), Shape::Line, Colour::Portfolio, gross)
    .with(Words::new("limit", "上限"), Shape::Dashed, Colour::Aim, repeat(limit));
    let margin = Figure::new(
        "margin",
        Words::new(
            "Margin bound by the forwards, of the portfolio's value",
            "為替予約の必要証拠金（資産額比）",
        ),
        words!(
            "{rate} of the gross notional. The broken line is the margin of a book at its limit.",
            "想定元本合計の{rate}です。破線は上限まで建てた場合の証拠金です。"
        ),
        run.month_points(),
        Unit::Percent,
    )
    .low()
    .with_holes(Words::new("margin", "証拠金"), Shape::Line, Colour::Portfolio, margin)
    .with(Words::new("at the limit", "上限時"), Shape::Dashed, Colour::Aim, repeat(margin_limit));
    vec![Block::Facts(facts), gross.into(), margin.into()]
}

/// What the overlay held in each currency.
pub(super) fn overlay(run: &Run<'_>, fx: &FxSpec) -> Vec<Block> {
    let Some(spec) = fx.overlay() else {
        return vec![Block::Paragraph(Words::new(
            "The run has no overlay: nothing is done to earn the hedge cost back.",
            "為替オーバーレイはありません。ヘッジコストを回収するためのポジションは取りません。",
        ))];
    };
    let ends = run.month_ends();
    let position = |currency: Currency| {
        ends.iter().map(move |step| {
            let omitted = step.omitted.iter().any(|omission| omission.currency == currency);
            let held = step.positions.iter().find(|position| position.currency == currency)?;
            (!omitted).then(|| held.overlay / step.value_after)
        })
    };
    let target = percent(spec.target_volatility().to_f64());
    let (limit, base) = (percent(spec.gross_limit()), run.record.base());
    let mut figure = Figure::new(
        "overlay_positions",
        Words::new(
            "Overlay positions by currency, of the portfolio's value",
            "オーバーレイのポジション（通貨別、資産額比）",
        ),
        words!(
            "Stacked: above 0 a currency is held forward against {base}, below it is sold. Sized for a \
             volatility of {target} a year, gross at most {limit} of the value.",
            "積み上げ表示で、0より上は{base}に対する買い持ち、下は売り持ちです。年率{target}のボラティリティを目標とし、合計は資産額の{limit}を上限とします。"
        ),
        run.month_points(),
        Unit::Percent,
    );
    for (place, currency) in spec.currencies().iter().enumerate() {
        let name = Words::same(currency.to_string());
        figure = figure.with_holes(name, Shape::Bars, Colour::Nth(place), position(*currency));
    }
    vec![figure.into()]
}
