use crate::{Page, ReportError, Words, run::Run};

mod distribution;
mod months;
mod rolling;
mod years;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "returns",
        Words::new("Returns", "リターン"),
        Words::new(
            "What the portfolio returned by year, by month and over longer windows, net of costs. What was paid out is no loss.",
            "年別、月別、および長期の窓で見たリターンです。コスト控除後で、出金は損失に含みません。",
        ),
    );
    page.section("years", Words::new("Years", "年別"), years::blocks(run)?);
    page.section("months", Words::new("Months", "月別"), months::blocks(run));
    page.section(
        "distribution",
        Words::new("How months spread", "月次リターンの分布"),
        distribution::blocks(run),
    );
    page.section("rolling", Words::new("Rolling windows", "ローリング指標"), rolling::blocks(run)?);
    Ok(page)
}

/// How many months a whole year has.
const MONTHS: usize = 12;
