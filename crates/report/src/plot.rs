use plotly::{
    Bar, Configuration, Layout, Plot, Scatter, Trace,
    common::{
        Anchor, AxisSide, DashType, ErrorData, ErrorType, Fill, Line, Marker, Mode, Orientation, Pattern,
        PatternShape, TextPosition,
    },
    configuration::DisplayModeBar,
    layout::{Axis, AxisType, BarMode, HoverMode, Legend, Margin},
};

use crate::{
    Figure, Language, Points, Shape, Unit,
    figure::{Band, Series},
    format::{decimals, percent},
};

/// 31 days in milliseconds, the longest month.
const MONTH: f64 = 31.0 * 86_400_000.0;

/// The script that draws, as the plotting library ships it.
///
/// The library has it inside an HTML element of its own, followed by one for mathematics, which is not needed here.
pub(crate) fn script() -> String {
    let elements = Plot::offline_js_sources();
    let body = elements.split_once('>').map_or("", |(_, rest)| rest);
    body.split_once("</script>").map_or(body, |(script, _)| script).to_owned()
}

/// A figure in the terms of the plotting library, as JSON that can stand in an HTML script element.
///
/// Colours are names of custom properties; the page's script puts in what they are.
pub(crate) fn json(figure: &Figure, language: Language) -> String {
    let mut plot = Plot::new();
    // With bands, these have the axis in front of which the series are drawn.
    let axis = if figure.bands.is_empty() { "y" } else { "y2" };
    let xs = xs(&figure.points, language);
    for band in &figure.bands {
        plot.add_trace(drawn_band(band, &xs, band_width(&figure.points), language));
    }
    for series in &figure.series {
        plot.add_trace(drawn(series, &xs, axis, figure, language));
    }
    plot.set_layout(layout(figure));
    plot.set_configuration(
        Configuration::new().responsive(true).display_logo(false).display_mode_bar(DisplayModeBar::False),
    );
    // Nothing in it can end the element or open a comment.
    plot.to_json().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn xs(points: &Points, language: Language) -> Vec<String> {
    match points {
        Points::Days(days) => days.iter().map(ToString::to_string).collect(),
        Points::Years(years) => years.iter().map(ToString::to_string).collect(),
        Points::Names(names) => names.iter().map(|name| literal(name.text(language))).collect(),
    }
}

fn drawn(series: &Series, xs: &[String], axis: &str, figure: &Figure, language: Language) -> Box<dyn Trace> {
    let unit = figure.unit;
    let scale = if unit == Unit::Money { figure.scale.divisor() } else { 1.0 };
    let ys: Vec<Option<f64>> = series.values.iter().map(|value| value.map(|v| v / scale)).collect();
    let (name, colour) = (literal(series.name.text(language)), series.colour.property());
    let hover = format!("%{{y:{}}}", number_format(unit));
    if matches!(series.shape, Shape::Bars | Shape::Beside) {
        let bars = Bar::new(xs.to_vec(), ys).name(name).marker(Marker::new().color(colour)).y_axis(axis);
        return if series.intervals.is_empty() {
            bars.hover_template(hover)
        } else {
            with_intervals(bars.hover_template(hover + " (%{hovertext})"), series, figure, language)
        };
    }
    let line = match series.shape {
        Shape::Dashed => Line::new().color(colour).width(1.5).dash(DashType::Dash),
        Shape::Dotted => Line::new().color(colour).width(1.5).dash(DashType::Dot),
        Shape::Wide => Line::new().color(colour).width(5.0),
        Shape::Stacked => Line::new().color(colour).width(0.5),
        _ => Line::new().color(colour).width(1.8),
    };
    let lines = Scatter::new(xs.to_vec(), ys).name(name).mode(Mode::Lines).line(line);
    let lines = lines.hover_template(hover).y_axis(axis).connect_gaps(false);
    match series.shape {
        Shape::Area => lines.fill(Fill::ToZeroY),
        Shape::Stacked => lines.stack_group("whole"),
        _ => lines,
    }
}

/// The same with a line from one end of each interval to the other, whose ends are also told.
fn with_intervals(
    bars: Box<Bar<String, Option<f64>>>,
    series: &Series,
    figure: &Figure,
    language: Language,
) -> Box<Bar<String, Option<f64>>> {
    let scale = if figure.unit == Unit::Money { figure.scale.divisor() } else { 1.0 };
    let text = |end: f64| match figure.unit {
        Unit::Percent => percent(end),
        Unit::Money | Unit::Number => decimals(end / scale, 2),
    };
    let between = if language == Language::English { " to " } else { "～" };
    let told = |interval: &Option<(f64, f64)>| {
        interval.map_or_else(String::new, |(low, high)| text(low) + between + &text(high))
    };
    let reach = |of: fn(f64, (f64, f64)) -> f64| {
        let values = series.values.iter().zip(&series.intervals);
        values.map(|(value, ends)| value.zip(*ends).map_or(0.0, |(v, ends)| of(v, ends) / scale)).collect()
    };
    let error = ErrorData::new(ErrorType::Data)
        .symmetric(false)
        .array(reach(|value, (_, high)| high - value))
        .array_minus(reach(|value, (low, _)| value - low))
        .color("--ink")
        .thickness(1.2)
        .width(3);
    bars.hover_text_array(series.intervals.iter().map(told).collect())
        .text_position(TextPosition::None)
        .error_y(error)
}

/// How far the bar of a day reaches back, in milliseconds: to the day before it, or over a whole month; `None` for what is no day.
fn band_width(points: &Points) -> Option<f64> {
    let Points::Days(days) = points else { return None };
    let gaps = days.windows(2).map(|pair| (pair[1] - pair[0]).num_milliseconds() as f64);
    Some(gaps.fold(0.0, f64::max).clamp(MONTH / 31.0, MONTH))
}

fn drawn_band(band: &Band, xs: &[String], width: Option<f64>, language: Language) -> Box<dyn Trace> {
    let held = xs.iter().zip(&band.holds).filter(|(_, holds)| **holds);
    let (xs, ys): (Vec<String>, Vec<f64>) = held.map(|(x, _)| (x.clone(), 1.0)).unzip();
    let marker = if band.hatched {
        let pattern = Pattern::new().shape(PatternShape::RightDiagonalLine).size(6.0).solidity(0.25);
        Marker::new().color("rgba(0,0,0,0)").pattern(pattern.foreground_color(band.colour.property()))
    } else {
        Marker::new().color(band.colour.property())
    };
    let bars =
        Bar::new(xs, ys).name(literal(band.name.text(language))).marker(marker.line(Line::new().width(0.0)));
    let bars = bars.hover_template("%{fullData.name}<extra></extra>");
    // With an offset of their own, they leave the bars of series their place and width.
    if let Some(width) = width { bars.width(width).offset(-width) } else { bars.width(1.0).offset(-0.5) }
}

fn layout(figure: &Figure) -> Layout {
    let x = Axis::new().type_(match figure.points {
        Points::Days(_) => AxisType::Date,
        Points::Years(_) => AxisType::Linear,
        Points::Names(_) => AxisType::Category,
    });
    let x = match figure.points {
        Points::Days(_) => x,
        Points::Years(_) => x.tick_format("d"),
        // Names may be long, or stand upright for want of room.
        Points::Names(_) => x.auto_margin(true),
    };
    let y = Axis::new().tick_format(tick_format(figure.unit)).auto_margin(true).zero_line(true);
    // 1, 2 and 5 of each power of ten: the library's own choice is crowded.
    let steps = (-3..12).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)));
    let y = if figure.logarithmic { y.type_(AxisType::Log).tick_values(steps.collect()) } else { y };
    let legend = Legend::new().orientation(Orientation::Horizontal).x(0.0).y(1.02).x_anchor(Anchor::Left);
    let beside = figure.series.iter().any(|series| series.shape == Shape::Beside);
    let layout = Layout::new()
        .auto_size(true)
        .height(if figure.low { 170 } else { 380 })
        .margin(Margin::new().left(52).right(12).top(8).bottom(36))
        .legend(legend.y_anchor(Anchor::Bottom))
        .show_legend(figure.series.len() + figure.bands.len() > 1)
        .hover_mode(HoverMode::XUnified)
        .bar_mode(if beside { BarMode::Group } else { BarMode::Relative })
        // Points and spaces, as in the tables.
        .separators(". ");
    if figure.bands.is_empty() {
        return layout.x_axis(x).y_axis(y);
    }
    let hidden = Axis::new().visible(false).fixed_range(true).range(vec![0.0, 1.0]);
    let y = y.overlaying("y").side(AxisSide::Left);
    let layout = layout.x_axis(x).y_axis(hidden);
    if figure.series.is_empty() { layout } else { layout.y_axis2(y) }
}

fn number_format(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => ".2%",
        Unit::Money | Unit::Number => ",.2f",
    }
}

fn tick_format(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => ".2~%",
        Unit::Money => ",~r",
        Unit::Number => "~r",
    }
}

/// A text that the plotting library shows as it is: it reads tags and entities in names.
fn literal(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
