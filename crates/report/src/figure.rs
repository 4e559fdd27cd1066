use std::borrow::Cow;

use chrono::NaiveDate;

use crate::{Scale, Words};

/// A plot: series over common points, and bands behind them. It says what is drawn; [`Site`](crate::Site) draws it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Figure {
    /// Its name, unique in the report.
    pub id: Cow<'static, str>,
    /// What it shows.
    pub title: Words,
    /// How to read it.
    pub caption: Words,
    /// The points that every series and band has a value for.
    pub points: Points,
    /// The unit of the series.
    pub unit: Unit,
    /// The scale of amounts.
    pub scale: Scale,
    /// Whether the axis is logarithmic.
    pub logarithmic: bool,
    /// Whether it is a strip rather than a field.
    pub low: bool,
    /// The series, the first on top of the legend.
    pub series: Vec<Series>,
    /// The bands.
    pub bands: Vec<Band>,
}

/// What the points of a figure are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Points {
    /// Days, increasing.
    Days(Vec<NaiveDate>),
    /// Calendar years.
    Years(Vec<i32>),
    /// Names, in their order.
    Names(Vec<Words>),
}

/// What a figure counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Fractions, shown in percent.
    Percent,
    /// Base currency, shown in the scale of the figure.
    Money,
    /// A plain number.
    Number,
}

/// A series of a figure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// Its name.
    pub name: Words,
    /// How it is drawn.
    pub shape: Shape,
    /// Its colour.
    pub colour: Colour,
    /// A value for each point; `None` is a hole.
    pub values: Vec<Option<f64>>,
    /// The ends of an interval around each value; empty where nothing is said of how sure the values are.
    pub intervals: Vec<Option<(f64, f64)>>,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// A line.
    Line,
    /// A thin broken line, for what is aimed at.
    Dashed,
    /// A thin dotted line, for what is no longer.
    Dotted,
    /// A wide line, for what the others are held against.
    Wide,
    /// A line with the field under it.
    Area,
    /// One of several fields on top of each other.
    Stacked,
    /// Bars; those of several series stand on each other.
    Bars,
    /// Bars; those of several series stand beside each other.
    Beside,
}

/// A colour by what it stands for; the page decides which one that is, in light and dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Colour {
    /// The portfolio itself.
    Portfolio,
    /// What is aimed at.
    Aim,
    /// The prescribed rate.
    Rate,
    /// What is lost, lacking, or costs.
    Loss,
    /// What is gained.
    Gain,
    /// What is quiet.
    Quiet,
    /// What stands behind everything.
    Pale,
    /// One of many, counted from 0.
    Nth(usize),
}

/// A band behind the series: the points where something holds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Band {
    /// What holds.
    pub name: Words,
    /// Its colour.
    pub colour: Colour,
    /// Whether it is hatched: estimated, provisional.
    pub hatched: bool,
    /// Whether it holds, for each point.
    pub holds: Vec<bool>,
}

impl Figure {
    pub(crate) fn new(
        id: impl Into<Cow<'static, str>>,
        title: Words,
        caption: Words,
        points: Points,
        unit: Unit,
    ) -> Self {
        let (series, bands) = (Vec::new(), Vec::new());
        Self {
            id: id.into(),
            title,
            caption,
            points,
            unit,
            scale: Scale::default(),
            logarithmic: false,
            low: false,
            series,
            bands,
        }
    }

    pub(crate) fn logarithmic(self) -> Self {
        Self { logarithmic: true, ..self }
    }

    pub(crate) fn low(self) -> Self {
        Self { low: true, ..self }
    }

    /// A series without holes.
    pub(crate) fn with(
        self,
        name: Words,
        shape: Shape,
        colour: Colour,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        self.with_holes(name, shape, colour, values.into_iter().map(Some))
    }

    pub(crate) fn with_holes(
        mut self,
        name: Words,
        shape: Shape,
        colour: Colour,
        values: impl IntoIterator<Item = Option<f64>>,
    ) -> Self {
        let (values, intervals) = (values.into_iter().collect(), Vec::new());
        self.series.push(Series { name, shape, colour, values, intervals });
        self
    }

    /// Bars beside those of other series, each value with the ends of an interval around it.
    pub(crate) fn with_intervals(
        mut self,
        name: Words,
        colour: Colour,
        found: impl IntoIterator<Item = Option<(f64, (f64, f64))>>,
    ) -> Self {
        let found: Vec<_> = found.into_iter().collect();
        let values = found.iter().map(|found| found.map(|(value, _)| value)).collect();
        let intervals = found.into_iter().map(|found| found.map(|(_, interval)| interval)).collect();
        self.series.push(Series { name, shape: Shape::Beside, colour, values, intervals });
        self
    }

    /// A band; one that holds nowhere is left out.
    pub(crate) fn with_band(
        mut self,
        name: Words,
        colour: Colour,
        hatched: bool,
        holds: impl IntoIterator<Item = bool>,
    ) -> Self {
        let holds: Vec<bool> = holds.into_iter().collect();
        if holds.contains(&true) {
            self.bands.push(Band { name, colour, hatched, holds });
        }
        self
    }
}

impl Colour {
    /// The name of its custom property in the style sheet.
    pub(crate) fn property(self) -> String {
        match self {
            Self::Portfolio => "--portfolio".to_owned(),
            Self::Aim => "--aim".to_owned(),
            Self::Rate => "--rate".to_owned(),
            Self::Loss => "--loss".to_owned(),
            Self::Gain => "--gain".to_owned(),
            Self::Quiet => "--quiet".to_owned(),
            Self::Pale => "--pale".to_owned(),
            Self::Nth(n) => format!("--nth-{}", n % Self::PALETTE),
        }
    }

    /// How many colours there are for one of many.
    pub(crate) const PALETTE: usize = 12;
}
