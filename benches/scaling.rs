//! Time against assets, months, paths and threads: `scaling FOLDER` writes `scaling.csv` and a plot for each into the folder.
//!
//! It ends with a failure when engine, study, kernel or measures take more than in proportion: when the exponent of time is above
//! [`LINEAR`].

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;
use std::{env, fs};

use allweather_market::Frequency;
use allweather_metrics::{Hurdle, Periodicity, Tail, paths};
use allweather_optimize::{Constraints, Objective, Scenarios};
use allweather_portfolio::{Simulation, Spec, rfr::RateHistory};
use allweather_rebalance::paths::{ConstantMix, Moment};
use allweather_study::{Study, StudySpec, Variant};
use benches::clock::{peak_memory, processor_seconds};
use benches::rows_of_path;
use plotters::prelude::*;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// An exponent above this is more than linear; 1 is linear, and pages that the allocator gives back and takes again add a little: a study over
/// months, where that begins in the middle, comes to 1.03 to 1.11.
const LINEAR: f64 = 1.15;
/// A size is measured for at least this long, seconds, and at least [`LEAST`] times.
const LONG_ENOUGH: f64 = 0.15;
const LEAST: usize = 3;

const ASSETS: [usize; 7] = [2, 5, 10, 20, 50, 100, 200];
const MONTHS: [usize; 8] = [60, 120, 240, 540, 1100, 2700, 5500, 11_000];
const PATHS: [usize; 9] = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000];

/// One line of a plot.
struct Series {
    name: &'static str,
    axis: &'static str,
    /// Whether it must be linear.
    linear: bool,
    /// Size, seconds, and the most memory of the process by then, MB.
    points: Vec<(usize, f64, f64)>,
}

impl Series {
    fn measure<'a>(
        (name, axis, linear): (&'static str, &'static str, bool),
        sizes: &[usize],
        mut lay_out: impl FnMut(usize) -> Run<'a>,
        clock: fn() -> f64,
    ) -> Outcome<Self> {
        let mut points = Vec::new();
        for size in sizes {
            let mut run = lay_out(*size)?;
            run()?;
            let (mut least, mut times, started) = (f64::INFINITY, 0, Instant::now());
            while times < LEAST || started.elapsed().as_secs_f64() < LONG_ENOUGH {
                let before = clock();
                run()?;
                least = least.min(clock() - before);
                times += 1;
                if started.elapsed().as_secs_f64() > 20.0 {
                    break;
                }
            }
            points.push((*size, least, peak_memory()?));
        }
        let series = Self { name, axis, linear, points };
        let upper = series.points.len() / 2;
        let (all, upper) = (exponent(&series.points), exponent(&series.points[upper..]));
        println!("{axis:7} {name:31} exponent {all:.2}, of the larger half {upper:.2}");
        Ok(series)
    }
}

/// The slope of the logarithm of time over that of size, by least squares.
fn exponent(points: &[(usize, f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(n, t, _)| ((*n as f64).ln(), t.ln())).collect();
    let count = logs.len() as f64;
    let (x, y) = logs.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / count, y + point.1 / count));
    let both: f64 = logs.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let square: f64 = logs.iter().map(|point| (point.0 - x).powi(2)).sum();
    both / square
}

fn main() -> Outcome {
    let folder = PathBuf::from(env::args().nth(1).ok_or("give the folder that is written to")?);
    fs::create_dir_all(&folder)?;
    let mut all = Vec::new();
    // First, so that its memory is its own.
    study(&mut all)?;
    engine(&mut all)?;
    kernel(&mut all)?;
    measures(&mut all)?;
    optimiser(&mut all)?;
    let mut table = String::from("part,axis,size,seconds,peak_mb\n");
    for series in &all {
        for (size, seconds, memory) in &series.points {
            writeln!(table, "\"{}\",{},{size},{seconds:.3e},{memory:.1}", series.name, series.axis)?;
        }
    }
    fs::write(folder.join("scaling.csv"), table)?;
    for axis in ["assets", "months", "paths"] {
        let of: Vec<&Series> = all.iter().filter(|series| series.axis == axis).collect();
        plot(&folder.join(format!("{axis}.svg")), axis, &of)?;
    }
    let bad = |series: &&Series| series.linear && exponent(&series.points) > LINEAR;
    match all.iter().find(bad) {
        Some(Series { name, axis, .. }) => {
            Err(format!("{name} takes more than in proportion to {axis}").into())
        }
        None => Ok(()),
    }
}

type Run<'a> = Outcome<Box<dyn FnMut() -> Outcome + 'a>>;

/// A part by each of two sizes while the other is held: name, axis, and the sizes of the axis.
fn by_both<'a>(
    all: &mut Vec<Series>,
    linear: bool,
    lines: [(&'static str, &'static str, &[usize]); 2],
    held: [usize; 2],
    run: impl Fn(usize, usize) -> Run<'a>,
) -> Outcome {
    let [(first, first_axis, first_sizes), (second, second_axis, second_sizes)] = lines;
    let by_first = |size| run(size, held[1]);
    all.push(Series::measure((first, first_axis, linear), first_sizes, by_first, processor_seconds)?);
    let by_second = |size| run(held[0], size);
    all.push(Series::measure((second, second_axis, linear), second_sizes, by_second, processor_seconds)?);
    Ok(())
}

fn engine(all: &mut Vec<Series>) -> Outcome {
    let rates = RateHistory::default();
    let lines = [("engine, 540 months", "assets", &ASSETS[..]), ("engine, 30 assets", "months", &MONTHS[..])];
    by_both(all, true, lines, [30, 540], |assets, months| {
        let market = benches::market(Frequency::Monthly, months, assets)?;
        let spec = benches::spec(assets, &benches::relative_band())?;
        // Each size is laid out once; what is measured is the run.
        let (market, spec) = (Box::leak(Box::new(market)), Box::leak(Box::new(spec)));
        let simulation = Simulation::new(spec, market, &rates)?;
        Ok(Box::new(move || {
            black_box(simulation.outcome()?);
            Ok(())
        }))
    })
}

/// Paths of fixed weights over the rows of 540 months.
fn kernel(all: &mut Vec<Series>) -> Outcome {
    let lines = [("kernel, 200 × 540", "assets", &ASSETS[..]), ("kernel, 540 × 12", "paths", &PATHS[..])];
    by_both(all, true, lines, [12, 200], |assets, paths| {
        let growth: Vec<f64> = benches::returns(540, assets, 12.0).iter().map(|step| 1.0 + step).collect();
        let (weights, rates) = (vec![1.0 / assets as f64; assets], vec![0.001; assets]);
        // A tenth of the weight, so that as much is traded whatever the assets.
        let widths = vec![0.1 / assets as f64; assets];
        Ok(Box::new(move || {
            let mix = ConstantMix::new(&growth, &weights, &rates, Some(&widths))?;
            let mut walker = mix.walker();
            for path in 0..paths as u64 {
                let rows = rows_of_path(path, 540).map(|row| (row, Moment::Look));
                black_box(walker.walk(1e6, rows, |_| ())?);
            }
            Ok(())
        }))
    })
}

fn measures(all: &mut Vec<Series>) -> Outcome {
    let lines =
        [("measures, 100 paths", "months", &MONTHS[..]), ("measures, 120 months", "paths", &PATHS[..])];
    by_both(all, true, lines, [120, 100], |months, paths| {
        let returns = benches::paths(paths, months);
        Ok(Box::new(move || {
            let months = Periodicity::Monthly;
            black_box(paths::core_measures(months, &returns, Hurdle::Nothing, Tail::FIVE_PERCENT)?);
            Ok(())
        }))
    })
}

/// An interior point method is what it is: iterations times scenarios times assets squared, and a matrix of assets is factorised.
fn optimiser(all: &mut Vec<Series>) -> Outcome {
    let lines = [("tail, 540 scenarios", "assets", &ASSETS[..]), ("tail, 30 assets", "months", &MONTHS[..])];
    by_both(all, false, lines, [30, 540], |assets, months| {
        let (returns, none) = (benches::returns(months, assets, 12.0), Constraints::new());
        let objective = Objective::ConditionalValueAtRisk { tail: Tail::FIVE_PERCENT };
        Ok(Box::new(move || {
            black_box(objective.minimise(&Scenarios::new(&returns)?, &none)?);
            Ok(())
        }))
    })
}

/// The default spec's assets and rule without forwards and expenses, on drawn months of the embedded data.
fn study(all: &mut Vec<Series>) -> Outcome {
    let (data, spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
    let spec = Spec { fx: None, expenses: None, ..spec };
    let run = |paths: usize, months: usize, threads: usize| -> Run<'_> {
        let variants = vec![Variant::new("one", spec.clone())];
        let spec = StudySpec::new(variants, paths as u64, u32::try_from(months)?)?;
        let spec = Box::leak(Box::new(spec.with_span("1990-07".parse()?, "2024-09".parse()?)));
        let study = Study::new(spec, &data.market, &data.statistics)?;
        Ok(Box::new(move || {
            black_box(study.run(threads, &|_| ())?);
            Ok(())
        }))
    };
    let by_months = |months| run(20, months, 1);
    all.push(Series::measure(("study, 20 paths", "months", true), &MONTHS, by_months, processor_seconds)?);
    let by_paths = |threads| move |paths| run(paths, 120, threads);
    let names = ["study, 120 months, one thread", "study, 120 months, two threads"];
    let clocks: [fn() -> f64; 2] = [processor_seconds, wall];
    for ((name, clock), threads) in names.into_iter().zip(clocks).zip(1..) {
        // Time on the wall is also the time of whoever else is there: no law for it.
        all.push(Series::measure((name, "paths", threads == 1), &PATHS, by_paths(threads), clock)?);
    }
    Ok(())
}

/// Threads are there to save time by the clock on the wall.
fn wall() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Colours that stay apart for the colour-blind (Okabe and Ito).
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
];

fn plot(file: &Path, axis: &str, all: &[&Series]) -> Outcome {
    let points = || all.iter().flat_map(|series| &series.points);
    let sizes = points().map(|point| point.0 as f64);
    let times = || points().map(|point| point.1);
    let (left, right) = sizes.fold((f64::INFINITY, 0.0_f64), |(a, b), x| (a.min(x), b.max(x)));
    let (low, high) = times().fold((f64::INFINITY, 0.0_f64), |(a, b), x| (a.min(x), b.max(x)));
    let area = SVGBackend::new(file, (760, 460)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .margin_right(28)
        .x_label_area_size(44)
        .y_label_area_size(76)
        .build_cartesian_2d((left * 0.9..right * 1.1).log_scale(), (low / 2.0..high * 2.0).log_scale())?;
    let text = ("sans-serif", 15);
    chart
        .configure_mesh()
        .x_desc(axis)
        .y_desc("seconds")
        .axis_desc_style(text)
        .label_style(text)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.0e}"))
        .light_line_style(WHITE)
        .draw()?;
    for (series, colour) in all.iter().zip(COLOURS) {
        let line: Vec<(f64, f64)> = series.points.iter().map(|(n, t, _)| (*n as f64, *t)).collect();
        chart
            .draw_series(LineSeries::new(line.clone(), colour.stroke_width(2)))?
            .label(format!("{} (exponent {:.2})", series.name, exponent(&series.points)))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        chart.draw_series(line.into_iter().map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(text)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .draw()?;
    area.present()?;
    Ok(())
}
