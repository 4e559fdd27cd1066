use std::borrow::Cow;

use allweather_core::Month;
use allweather_weather::{Condition, Label, Mode, Status, Weather, WeatherError, WeatherSpec};

use crate::{Block, Colour, Figure, Page, ReportError, Unit, Value, Words, run::Run, words::words};

mod assets;
mod performance;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "weather",
        Words::new("Weather", "天候"),
        Words::new(
            "How the portfolio and its assets did in booms and recessions, inflation and deflation. Weather is told afterwards, to judge \
             the result: it never changes holdings.",
            "好景気・不景気、インフレ・デフレのそれぞれで、ポートフォリオと資産がどのような成績だったかを示します。天候は結果を評価するために事後に判定するもので、保有資産を変えることはありません。",
        ),
    );
    page.section("weather-words", Words::new("What weather is", "天候とは"), reading());
    let weathers = &run.sources.weathers;
    if weathers.is_empty() {
        let none = Words::new(
            "The report was made without any weather to tell.",
            "本報告書は天候判定なしで作成されました。",
        );
        page.section("weather-none", Words::new("No weather", "天候判定なし"), vec![Block::Paragraph(none)]);
    }
    for ((name, spec), slug) in weathers.iter().zip(slugs(weathers)) {
        let region = Region::new(run, spec, slug);
        page.section(format!("region-{}", region.slug), name.clone(), region.blocks());
    }
    Ok(page)
}

fn reading() -> Vec<Block> {
    vec![
        Block::Paragraph(Words::new(
            "Growth is up (boom) or down (recession), inflation is up (inflation) or down (deflation); a month has one of each. Down means \
             below the threshold: in deflation prices may well rise, and a recession here is slow growth of one index, not what a \
             committee dates.",
            "成長は上向き（好景気）か下向き（不景気）、物価は上向き（インフレ）か下向き（デフレ）で、各月は両方の軸について1つずつの判定を持ちます。下向きとは閾値を下回ることです。デフレでも物価が上昇していることがあり、不景気は1つの指標の成長が遅いことで、公的な景気基準日付ではありません。",
        )),
        Block::Paragraph(Words::new(
            "As published, a label is provisional for 9 months, mostly final from then on, and final after 12 months or, in Japan, at the annual revision \
             that follows; until then it carries the mark not final. A final label is frozen. The thresholds of a month rest on that month \
             and those before it. Where the data hold one release of each month, as the embedded data do, the first label and the final \
             one are the same: look-ahead through thresholds is excluded, look-ahead through revisions is not.",
            "公開された方法では、天候判定は9か月後まで暫定、その後は概ね完全に確定、12か月後（日本ではその後の年次改定時）に完全に確定し、それまでは「未確定」の印が付きます。確定した判定は変わりません。閾値にはその月までの値だけを用います。内蔵データのように各月の公表値が1つしかない場合、最初の判定と最終の判定は一致します。閾値による先読みはありませんが、改定による先読みは排除できません。",
        )),
    ]
}

/// The weather of one region over the run's months.
struct Region<'r, 'a> {
    run: &'r Run<'a>,
    spec: &'r WeatherSpec,
    /// What its figures are called.
    slug: String,
    /// By month; those without a label are not among them.
    labels: Result<Vec<Label>, WeatherError>,
}

impl<'r, 'a> Region<'r, 'a> {
    fn new(run: &'r Run<'a>, spec: &'r WeatherSpec, slug: String) -> Self {
        let span = run.months.first().zip(run.months.last()).zip(run.days.last());
        let labels = span.map_or(Ok(Vec::new()), |((first, last), day)| {
            spec.history(run.sources.statistics, first.month, last.month, *day)
        });
        Self { run, spec, slug, labels }
    }

    /// The name of one of its tables and figures.
    fn id(&self, what: &str) -> Cow<'static, str> {
        Cow::Owned(format!("{what}_{}", self.slug))
    }

    fn blocks(&self) -> Vec<Block> {
        let labels = match &self.labels {
            Ok(labels) => labels,
            Err(WeatherError::Unknown { series, .. }) => {
                return vec![Block::Warning(words!(
                    "The weather cannot be told: the statistics hold no release of the series {series}.",
                    "天候を判定できません。統計に系列{series}がありません。"
                ))];
            }
            Err(reason) => {
                return vec![Block::Warning(words!(
                    "The weather cannot be told: {reason}.",
                    "天候を判定できません：{reason}"
                ))];
            }
        };
        let (activity, prices) = (self.spec.activity(), self.spec.prices());
        if labels.is_empty() {
            let minimum = self.spec.minimum_months();
            return vec![Block::Warning(words!(
                "No month of the run has a label: {activity} and {prices} are too short or not yet published (a first label takes \
                 {minimum} twelve-month changes before it).",
                "判定のある月がありません。{activity}と{prices}の期間が足りないか、まだ公表されていません（最初の判定にはそれ以前に{minimum}か月分の前年同月比が必要です）。"
            ))];
        }
        vec![
            Block::Facts(self.facts(labels)),
            self.ribbon(labels).into(),
            performance::table(self, labels).into(),
            assets::table(self, labels).into(),
        ]
    }

    fn facts(&self, labels: &[Label]) -> Vec<(Words, Value)> {
        let status = |status| labels.iter().filter(|label| label.status == status).count();
        let name = |series: &str| Value::Name(series.to_owned());
        vec![
            (Words::new("growth by", "成長の指標"), name(self.spec.activity())),
            (Words::new("inflation by", "物価の指標"), name(self.spec.prices())),
            (Words::new("compared with", "比較の基準"), Value::Words(mode(self.spec.mode()))),
            (
                Words::new("first label", "最初の判定"),
                Value::or_missing(labels.first().map(|label| label.month), Value::Month),
            ),
            (
                Words::new("last label", "最後の判定"),
                Value::or_missing(labels.last().map(|label| label.month), Value::Month),
            ),
            (Words::new("months labelled", "判定のある月数"), Value::Count(labels.len())),
            (
                Words::new("months without a label", "判定のない月数"),
                Value::Count(self.run.months.len().saturating_sub(labels.len())),
            ),
            (Words::new("mostly final", "概ね完全に確定"), Value::Count(status(Status::MostlyFinal))),
            (Words::new("provisional", "暫定"), Value::Count(status(Status::Provisional))),
        ]
    }

    fn ribbon(&self, labels: &[Label]) -> Figure {
        let mut figure = Figure::new(
            self.id("ribbon"),
            Words::new("Weather month by month", "月ごとの天候"),
            Words::new(
                "A stripe a month. Hatched months are not final and may still change; grey months have no label.",
                "縦縞1本が1か月です。斜線は未確定で、今後変わる可能性があります。灰色の月には判定がありません。",
            ),
            self.run.month_points(),
            Unit::Number,
        )
        .low();
        for settled in [true, false] {
            for weather in Weather::ALL {
                let holds = self.run.months.iter().map(|row| {
                    let label = labelled(labels, row.month);
                    label.is_some_and(|l| l.weather == weather && (l.status == Status::Final) == settled)
                });
                let name = if settled { quadrant(weather) } else { not_final(&quadrant(weather)) };
                figure = figure.with_band(name, colour(weather), !settled, holds);
            }
        }
        let none = self.run.months.iter().map(|row| labelled(labels, row.month).is_none());
        figure.with_band(Words::new("no label", "判定なし"), Colour::Quiet, false, none)
    }
}

/// The label of a month.
fn labelled(labels: &[Label], month: Month) -> Option<&Label> {
    labels.binary_search_by_key(&month, |label| label.month).ok().and_then(|place| labels.get(place))
}

/// A name as part of an id: `United States` is `united_states`.
fn slug(name: &Words) -> String {
    let lower = name.text(crate::Language::English).to_ascii_lowercase();
    let parts: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.join("_")
}

/// The slugs of all regions, each once; a name without a letter, or one that is taken, is counted.
fn slugs(weathers: &[(Words, WeatherSpec)]) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::with_capacity(weathers.len());
    for (place, (name, _)) in (1_usize..).zip(weathers) {
        let own = slug(name);
        let mut free = if own.is_empty() { place.to_string() } else { own };
        while slugs.contains(&free) {
            free = format!("{free}_{place}");
        }
        slugs.push(free);
    }
    slugs
}

fn mode(mode: Mode) -> Words {
    match mode {
        Mode::Level => Words::new("the median so far", "それまでの中央値"),
        Mode::Surprise => Words::new("what was forecast a year before", "1年前の予測"),
        Mode::Trend => Words::new("the mean of 36 months", "36か月平均"),
        Mode::Combined => Words::new("median and forecast, half each", "中央値と1年前の予測（半分ずつ）"),
    }
}

fn condition(condition: Condition) -> Words {
    match condition {
        Condition::Boom => Words::new("boom", "好景気"),
        Condition::Recession => Words::new("recession", "不景気"),
        Condition::Inflation => Words::new("inflation", "インフレ"),
        Condition::Deflation => Words::new("deflation", "デフレ"),
    }
}

fn quadrant(weather: Weather) -> Words {
    let [growth, inflation] = weather.conditions().map(condition);
    let text = |language| (growth.text(language), inflation.text(language));
    let ((a, b), (c, d)) = (text(crate::Language::English), text(crate::Language::Japanese));
    words!("{a}, {b}", "{c}・{d}")
}

fn not_final(name: &Words) -> Words {
    let (en, ja) = (name.text(crate::Language::English), name.text(crate::Language::Japanese));
    words!("{en}, not final", "{ja}（未確定）")
}

fn colour(weather: Weather) -> Colour {
    match weather.conditions() {
        [Condition::Boom, Condition::Inflation] => Colour::Nth(1),
        [Condition::Boom, _] => Colour::Nth(2),
        [_, Condition::Inflation] => Colour::Nth(3),
        _ => Colour::Nth(0),
    }
}
