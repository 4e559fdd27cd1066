use allweather_portfolio::{MonthRow, YearRow};

use super::MONTHS;
use crate::{Block, Cell, Mark, Table, Value, Words, run::Run};

/// How many of the best and the worst are listed.
const LISTED: usize = 5;

pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    vec![matrix(run).into(), extremes(run).into()]
}

fn matrix(run: &Run<'_>) -> Table {
    let mut table = Table::new(
        "months",
        Words::new("Returns by month", "月別リターン"),
        [
            ("year", Words::new("year", "年")),
            ("jan", Words::new("Jan", "1月")),
            ("feb", Words::new("Feb", "2月")),
            ("mar", Words::new("Mar", "3月")),
            ("apr", Words::new("Apr", "4月")),
            ("may", Words::new("May", "5月")),
            ("jun", Words::new("Jun", "6月")),
            ("jul", Words::new("Jul", "7月")),
            ("aug", Words::new("Aug", "8月")),
            ("sep", Words::new("Sep", "9月")),
            ("oct", Words::new("Oct", "10月")),
            ("nov", Words::new("Nov", "11月")),
            ("dec", Words::new("Dec", "12月")),
            ("total", Words::new("whole", "年間")),
        ],
    );
    for year in &run.years {
        let mut cells = vec![Cell::new(Value::Year(year.year))];
        let of_year: Vec<&MonthRow> = run.months.iter().filter(|row| row.month.year() == year.year).collect();
        for number in 1..=12 {
            let row = of_year.iter().find(|row| row.month.number() == number);
            cells.push(match row {
                Some(row) => Cell::new(Value::Percent(row.period_return)).marked(estimated(row.estimated)),
                None => Cell::new(Value::Missing(Words::new("not in the run", "実行期間外"))),
            });
        }
        let share = of_year.iter().map(|row| row.estimated).fold(0.0, f64::max);
        cells.push(Cell::new(Value::Percent(year.period_return)).marked(estimated(share)));
        table.row(cells);
    }
    table.with_note(Words::new(
        "Net of costs. The last column is the year's months compounded, of those that are in the run; a dash is a month that is not.",
        "コスト控除後。最終列は実行期間に含まれる月の複利累積です。「—」は実行期間外の月です。",
    ))
}

/// Hatched when any of the value moved by an estimated price.
fn estimated(share: f64) -> Option<Mark> {
    (share > 0.0).then_some(Mark::Estimated)
}

fn extremes(run: &Run<'_>) -> Table {
    let mut months: Vec<&MonthRow> = run.months.iter().collect();
    let is_whole = |year: &&YearRow<'_>| {
        run.months.iter().filter(|month| month.month.year() == year.year).count() == MONTHS
    };
    let mut years: Vec<&YearRow<'_>> = run.years.iter().filter(is_whole).collect();
    // Stable: of equal ones the earlier comes first.
    months.sort_by(|a, b| b.period_return.total_cmp(&a.period_return));
    years.sort_by(|a, b| b.period_return.total_cmp(&a.period_return));
    let mut table = Table::new(
        "best_and_worst",
        Words::new("Best and worst months and years", "最良・最悪の月と年"),
        [
            ("rank", Words::new("rank", "順位")),
            ("best_month", Words::new("best months", "最良の月")),
            ("best_month_return", Words::new("return", "リターン")),
            ("worst_month", Words::new("worst months", "最悪の月")),
            ("worst_month_return", Words::new("return", "リターン")),
            ("best_year", Words::new("best years", "最良の年")),
            ("best_year_return", Words::new("return", "リターン")),
            ("worst_year", Words::new("worst years", "最悪の年")),
            ("worst_year_return", Words::new("return", "リターン")),
        ],
    );
    let why =
        || Value::Missing(Words::new("the run has no more whole years", "通年の年はこれ以上ありません"));
    let month = |row: Option<&&MonthRow>| {
        row.map_or_else(|| [why(), why()], |row| [Value::Month(row.month), Value::Percent(row.period_return)])
    };
    let year = |row: Option<&&YearRow<'_>>| {
        row.map_or_else(|| [why(), why()], |row| [Value::Year(row.year), Value::Percent(row.period_return)])
    };
    for place in 0..LISTED.min(months.len()) {
        let cells = [
            month(months.get(place)),
            month(months.iter().rev().nth(place)),
            year(years.get(place)),
            year(years.iter().rev().nth(place)),
        ];
        table.row(std::iter::once(Value::Count(place + 1)).chain(cells.into_iter().flatten()));
    }
    table.with_note(Words::new(
        "Years count only when all their months are in the run.",
        "年は全ての月が実行期間に含まれるものに限ります。",
    ))
}
