use std::collections::BTreeMap;

use allweather_iterations::{LateReview, Ledger, Standing, iteration_name};
use allweather_metrics::{Returns, annual_return_geometric, max_drawdown, volatility};
use allweather_portfolio::{LiveTrack, Track};
use chrono::NaiveDate;

use crate::{
    Block, Colour, Figure, Mark, Page, Points, Shape, Table, Unit, Value, Words, run::Run, table::Cell,
    terms, words::words,
};

const STANDINGS: [Standing; 3] = [Standing::History, Standing::Live, Standing::Superseded];

pub(crate) fn page(run: &Run<'_>, ledger: &Ledger, live: &LiveTrack) -> Page {
    let mut page = Page::new(
        "iterations",
        Words::new("Iterations", "イテレーション"),
        Words::new(
            "Which version of the model was in force when, what it earned then, and what each version would have earned before and \
             after. A figure from before a version was adopted is always called history.",
            "どの版のモデルがいつ使われていたか、その間の成績、そして採用前と置換後の成績を示します。採用前の数値には必ず「ヒストリカル」と表示します。",
        ),
    );
    if ledger.iterations().next().is_none() {
        let none = Words::new(
            "Nothing was adopted yet: the ledger has no iteration.",
            "採用されたイテレーションはまだありません。",
        );
        page.section(
            "iterations-none",
            Words::new("No iteration", "イテレーションなし"),
            vec![Block::Warning(none)],
        );
        return page;
    }
    page.section("iterations-ledger", Words::new("The ledger", "台帳"), self::ledger(run, ledger));
    page.section(
        "iterations-live",
        Words::new("What was in force", "実際に使われていた版"),
        in_force(run, live),
    );
    page.section(
        "iterations-each",
        Words::new("Each iteration by itself", "各イテレーションの成績"),
        vec![measures(run, live).into(), years(live).into()],
    );
    page
}

pub(super) fn standing_words(standing: Standing) -> Words {
    match standing {
        Standing::History => Words::new("history", "ヒストリカル"),
        Standing::Live => Words::new("live", "採用中"),
        Standing::Superseded => Words::new("superseded", "置換後"),
    }
}

fn ledger(run: &Run<'_>, ledger: &Ledger) -> Vec<Block> {
    let head = ledger.head();
    let mut blocks = vec![Block::Paragraph(words!(
        "Records are only ever added, and each is chained to those before it by a hash. The last one, {head}, stands for all of them: whoever \
         noted it can tell whether this past was changed later.",
        "記録は追加されるだけで、各記録はハッシュで以前の記録と繋がっています。最後のハッシュ{head}が全ての記録を代表し、これを控えておけば、過去の記録が後で変更されていないことを確認できます。"
    ))];
    let today = run.days.last().copied();
    let late = today.map_or_else(Vec::new, |today| ledger.late_reviews(today));
    blocks.push(Block::Facts(vec![
        (Words::new("iterations", "イテレーション数"), Value::Count(ledger.iterations().count())),
        (Words::new("records", "記録数"), Value::Count(ledger.entries().len())),
        (
            Words::new("next review due by", "次回見直しの期限"),
            Value::or_missing(ledger.review_due(), Value::Date),
        ),
        (Words::new("late reviews", "期限に遅れた見直し"), Value::Count(late.len())),
    ]));
    let mut table = Table::new(
        "iterations",
        Words::new("Iterations on record", "記録されたイテレーション"),
        [
            ("iteration", Words::new("iteration", "イテレーション")),
            ("recorded_on", Words::new("recorded on", "記録日")),
            ("from", Words::new("in force from", "採用日")),
            ("until", Words::new("until", "終了日")),
            ("data_until", Words::new("data until", "データの基準日")),
            ("assets", Words::new("assets", "資産数")),
            ("note", Words::new("note", "備考")),
            ("spec_sha256", Words::new("hash of the spec", "仕様のハッシュ")),
        ],
    );
    for span in ledger.chain() {
        let iteration = span.iteration;
        let still = Words::new("until another is adopted", "次の採用まで");
        table.row([
            Value::Name(iteration.name()),
            Value::Date(iteration.recorded_on()),
            Value::Date(span.from),
            span.until.map_or(Value::Missing(still), Value::Date),
            Value::Date(iteration.data_as_of()),
            Value::Count(iteration.universe().len()),
            Value::Name(iteration.note().to_owned()),
            Value::Name(iteration.spec_hash().to_string()),
        ]);
    }
    let note = Words::new(
        "An iteration is in force from the day after its record at the earliest, and its record is not before the last day of its data. A review \
         is due a year after the last record.",
        "イテレーションの採用は早くても記録の翌日からで、記録日はデータの基準日より前にはなりません。見直しの期限は最後の記録から1年後です。",
    );
    blocks.push(table.with_note(note).into());
    blocks.extend(today.filter(|_| !late.is_empty()).map(|today| late_reviews(&late, today).into()));
    blocks
}

fn late_reviews(late: &[LateReview], today: NaiveDate) -> Table {
    let mut table = Table::new(
        "late_reviews",
        Words::new("Reviews that were late", "期限に遅れた見直し"),
        [
            ("due", Words::new("due by", "期限")),
            ("done", Words::new("done on", "実施日")),
            ("days", Words::new("days late", "遅れた日数")),
        ],
    );
    for review in late {
        let not_yet = Words::new("not done by the end of the run", "実行期間の末日まで未実施");
        let days = (review.done.unwrap_or(today) - review.due).num_days();
        table.row([
            Value::Date(review.due),
            review.done.map_or(Value::Missing(not_yet), Value::Date),
            Value::or_missing(usize::try_from(days).ok(), Value::Count),
        ]);
    }
    table.with_note(words!(
        "A review that is not done counts its days up to the end of the run, {today}.",
        "未実施の見直しの日数は、実行期間の末日（{today}）までです。"
    ))
}

fn in_force(run: &Run<'_>, live: &LiveTrack) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(Words::new(
        "One portfolio through all iterations: on the first step on or after its day, a new one takes over in one trade at the costs of the day. The \
         return of that step belongs to the one that was held into it. It is simulated, not an account.",
        "全てのイテレーションを通した1つのポートフォリオです。採用日以降の最初のステップで、当日のコストで一度に組み替えます。そのステップのリターンは組み替え前の版のものです。実際の口座ではなくシミュレーションです。",
    ))];
    if live.steps().is_empty() {
        blocks.push(Block::Warning(Words::new(
            "No iteration was in force by the last price.",
            "最終価格日までに採用されたイテレーションはありません。",
        )));
    } else {
        let mut table = Table::new(
            "live_years",
            Words::new("Years of what was in force", "実際に使われていた版の年別リターン"),
            [
                ("year", Words::new("year", "年")),
                ("iterations", Words::new("in force", "採用中の版")),
                ("return", Words::new("return", "リターン")),
            ],
        );
        for year in live.years() {
            let names: Vec<String> = year.iterations.iter().map(|number| iteration_name(*number)).collect();
            let estimated = live.steps().iter().any(|step| step.estimated && step.month.year() == year.year);
            let figure = Cell::new(Value::Percent(year.period_return));
            table.row([
                Cell::new(Value::Year(year.year)),
                Cell::new(Value::Name(names.join(", "))),
                figure.marked(estimated.then_some(Mark::Estimated)),
            ]);
        }
        let note = Words::new(
            "Net of costs, those of a change of hands included. A year in which one was adopted names both.",
            "組み替えのコストを含むコスト控除後です。採用のあった年は両方の版を示します。",
        );
        blocks.push(ribbon(live).into());
        blocks.push(table.with_note(note).into());
    }
    blocks.push(growth(run, live).into());
    blocks
}

fn ribbon(live: &LiveTrack) -> Figure {
    let days = live.steps().iter().map(|step| step.date).collect();
    let mut figure = Figure::new(
        "iterations_ribbon",
        Words::new("Iteration in force", "採用中のイテレーション"),
        Words::new(
            "Each step has the colour of the iteration that was held into it.",
            "各ステップの色は、その期間に保有していた版を示します。",
        ),
        Points::Days(days),
        Unit::Number,
    )
    .low();
    for (place, track) in live.tracks().iter().enumerate() {
        let number = track.iteration().number();
        let holds = live.steps().iter().map(|step| step.iteration == number);
        figure = figure.with_band(Words::same(track.iteration().name()), Colour::Nth(place), false, holds);
    }
    figure
}

/// A path through the steps of one label, and the point that it starts from.
fn growth(run: &Run<'_>, live: &LiveTrack) -> Figure {
    let start = live.steps().first().map(|step| step.date);
    let mut days: BTreeMap<NaiveDate, usize> = run.days.iter().map(|day| (*day, 0)).collect();
    days.extend(live.steps().iter().map(|step| (step.date, 0)));
    days.extend(live.tracks().iter().flat_map(Track::steps).map(|step| (step.date, 0)));
    for (place, at) in days.values_mut().enumerate() {
        *at = place;
    }
    let mut figure = Figure::new(
        "iterations_growth",
        Words::new("100 invested in what was in force, and in each iteration", "100の投資の推移（採用中の版と各イテレーション）"),
        Words::new(
            "All are 100 when the first iteration was bought, or when they begin if later. Each iteration has a colour: a whole line while it \
             was in force, a dotted one after it was superseded, a dashed one for history, which nobody held and which was known when the \
             weights were chosen. The wide line is what was in force, chained.",
            "最初のイテレーションを購入した時点（それより後に始まるものはその開始時点）を100とします。色は版ごとで、実線は採用中、点線は置換後、破線はヒストリカルです。ヒストリカルは実際に保有されたものではなく、組入比率を決めた時点で既知の期間です。太い線は採用中の版を繋いだものです。",
        ),
        Points::Days(days.keys().copied().collect()),
        Unit::Number,
    )
    .logarithmic();
    let mut line = vec![None; days.len()];
    let mut value = 100.0;
    for (place, step) in live.steps().iter().enumerate() {
        if place > 0 {
            value *= 1.0 + step.period_return;
        }
        if let Some(at) = days.get(&step.date) {
            line[*at] = Some(value);
        }
    }
    if !live.steps().is_empty() {
        figure = figure.with_holes(
            Words::new("what was in force", "採用中の版（連結）"),
            Shape::Wide,
            Colour::Quiet,
            line,
        );
    }
    for (nth, track) in live.tracks().iter().enumerate() {
        let mut lines = [(); 3].map(|()| vec![None; days.len()]);
        let mut value = 1.0;
        let mut path = Vec::new();
        for (place, step) in track.steps().iter().enumerate() {
            let growth = step.period_return.of(step.period_return.standing()).unwrap_or(0.0);
            value *= if place > 0 { 1.0 + growth } else { 1.0 };
            path.push((step.date, step.period_return.standing(), value));
        }
        let from = path.iter().find(|(date, ..)| start.is_none_or(|start| *date >= start));
        let scale = from.map_or(1.0, |(_, _, value)| *value);
        let mut before = None;
        for (date, standing, value) in path {
            let (Some(at), line) = (days.get(&date), &mut lines[standing as usize]) else { continue };
            if let Some((place, value)) = before {
                let first: &mut Option<f64> = &mut line[place];
                *first = first.or(Some(value));
            }
            let value = 100.0 * value / scale;
            line[*at] = Some(value);
            before = Some((*at, value));
        }
        for (standing, line) in STANDINGS.into_iter().zip(lines) {
            if line.iter().all(Option::is_none) {
                continue;
            }
            let shape = match standing {
                Standing::History => Shape::Dashed,
                Standing::Live => Shape::Line,
                Standing::Superseded => Shape::Dotted,
            };
            let (name, label) = (track.iteration().name(), standing_words(standing));
            let (en, ja) = (label.text(crate::Language::English), label.text(crate::Language::Japanese));
            let name = Words::of(format!("{name}, {en}"), format!("{name}、{ja}"));
            figure = figure.with_holes(name, shape, Colour::Nth(nth), line);
        }
    }
    figure
}

fn measures(run: &Run<'_>, live: &LiveTrack) -> Table {
    let mut table = Table::new(
        "iteration_measures",
        Words::new(
            "What each iteration earned, by what the figures are",
            "各イテレーションの成績（数値の種別ごと）",
        ),
        [
            ("iteration", Words::new("iteration", "イテレーション")),
            ("standing", Words::new("what it is", "種別")),
            ("first_month", Words::new("first month", "最初の月")),
            ("last_month", Words::new("last month", "最後の月")),
            ("annual_return", Words::new("return a year", "年率リターン")),
            ("deviation", Words::new("standard deviation a year", "標準偏差（年率）")),
            ("drawdown", terms::MAXIMUM_DRAWDOWN),
        ],
    );
    for track in live.tracks() {
        for standing in STANDINGS {
            let steps = || track.steps().iter().filter(|step| step.period_return.standing() == standing);
            let (Some(first), Some(last)) = (steps().next(), steps().next_back()) else { continue };
            let values = track.returns(standing);
            let returns = Returns::new(run.periodicity, &values);
            let figure = |figure: Option<f64>| {
                let why = || Value::Missing(Words::new("too few steps", "ステップ数が不足しています"));
                let estimated = steps().any(|step| step.period_return.is_estimated());
                let cell = Cell::new(figure.map_or_else(why, Value::Percent));
                cell.marked((estimated && figure.is_some()).then_some(Mark::Estimated))
            };
            let measured = returns.as_ref().ok();
            table.row([
                Cell::new(Value::Name(track.iteration().name())),
                Cell::new(Value::Words(standing_words(standing))),
                Cell::new(Value::Month(first.month)),
                Cell::new(Value::Month(last.month)),
                figure(measured.and_then(|r| annual_return_geometric(r).ok())),
                figure(measured.and_then(|r| volatility(r).ok())),
                figure(measured.and_then(|r| max_drawdown(r).ok()).map(|fall| -fall.depth)),
            ]);
        }
    }
    table.with_note(Words::new(
        "Rows of one iteration are about different times and do not compare with each other. History was in view when the weights were \
         chosen: it says little about what is to come.",
        "同じイテレーションの各行は期間が異なるため、互いに比較できません。ヒストリカルは組入比率を決めた時点で既知の期間であり、将来についてはほとんど何も示しません。",
    ))
}

fn years(live: &LiveTrack) -> Table {
    let mut table = Table::new(
        "iteration_years",
        Words::new("Years of each iteration", "各イテレーションの年別リターン"),
        [
            ("year", Words::new("year", "年")),
            ("iteration", Words::new("iteration", "イテレーション")),
            ("standing", Words::new("what it is", "種別")),
            ("return", Words::new("return", "リターン")),
        ],
    );
    for track in live.tracks() {
        for year in track.years() {
            let standing = year.period_return.standing();
            let Some(value) = year.period_return.of(standing) else { continue };
            let mark = year.period_return.is_estimated().then_some(Mark::Estimated);
            table.row([
                Cell::new(Value::Year(year.year)),
                Cell::new(Value::Name(track.iteration().name())),
                Cell::new(Value::Words(standing_words(standing))),
                Cell::new(Value::Percent(value)).marked(mark),
            ]);
        }
    }
    table.with_note(Words::new(
        "A year in which what the figures are changes has a row for each part.",
        "年の途中で種別が変わる場合は、それぞれの部分を別の行に示します。",
    ))
}
