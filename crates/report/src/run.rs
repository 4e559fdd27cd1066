use allweather_core::{AssetId, Rate, Year};
use allweather_iterations::Ledger;
use allweather_market::{Market, Vintages};
use allweather_metrics::{Hurdle, MetricsError, Periodicity, Returns};
use allweather_portfolio::{
    LiveTrack, MonthRow, Record, Step, YearRow,
    actual::{Actual, Explanation, Reconciliation},
    costs::fills::Comparison,
};
use allweather_study::{Results, Standings, Study};
use allweather_taxes::{AddedBack, WithheldRow};
use allweather_weather::WeatherSpec;
use chrono::NaiveDate;

use crate::{
    Points, ReportError, Scale, Words,
    trades::{Trades, assets},
};

/// What a report is made from, beside the record: the market that was run on, and statistics for the weather.
#[derive(Debug, Clone)]
pub struct Sources<'a> {
    pub(crate) market: &'a Market,
    pub(crate) statistics: &'a Vintages,
    pub(crate) weathers: Vec<(Words, WeatherSpec)>,
    pub(crate) fills: Option<&'a Comparison>,
    pub(crate) iterations: Option<(&'a Ledger, &'a LiveTrack)>,
    pub(crate) withheld: Vec<WithheldRow>,
    pub(crate) added_back: Vec<AddedBack>,
    pub(crate) account: Option<Account<'a>>,
    pub(crate) tournament: Option<&'a Standings>,
    pub(crate) study: Option<(&'a Study<'a>, &'a Results)>,
}

/// An account's run beside the record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account<'a> {
    pub(crate) actual: &'a Actual,
    pub(crate) reconciliation: &'a Reconciliation,
    pub(crate) explanation: &'a Explanation,
}

impl<'a> Sources<'a> {
    /// The market and the published statistics, with the weather of the United States and of Japan.
    #[must_use]
    pub fn new(market: &'a Market, statistics: &'a Vintages) -> Self {
        let weathers = vec![
            (Words::new("United States", "米国"), WeatherSpec::us()),
            (Words::new("Japan", "日本"), WeatherSpec::japan()),
        ];
        let (withheld, added_back) = (Vec::new(), Vec::new());
        let (fills, iterations, account) = (None, None, None);
        let (tournament, study) = (None, None);
        Self {
            market,
            statistics,
            weathers,
            fills,
            iterations,
            withheld,
            added_back,
            account,
            tournament,
            study,
        }
    }

    /// What specs came to on many paths of drawn months: a page more. The results may be of a part of the study, which the page says; those of
    /// another study are refused by [`Report::new`](crate::Report::new).
    ///
    /// ```
    /// use allweather_report::{Report, Sources};
    /// use allweather_study::{Measure, Study, StudySpec, Variant};
    /// let (data, spec) = (allweather_data::embedded()?, allweather_data::all_weather()?);
    /// let record = data.simulate(&spec)?;
    /// let spec = StudySpec::new(vec![Variant::new("all weather", spec)], 8, 60)?.with_seed(1);
    /// let study = Study::new(&spec, &data.market, &data.statistics)?;
    /// let results = study.run(2, &|_| ())?;
    /// let sources = Sources::new(&data.market, &data.statistics).with_study(&study, &results);
    /// let report = Report::new(&record, &sources)?;
    /// let table = report.table("study_figures").ok_or("a page of the study")?;
    /// let median = table.cell(0, "median").ok_or("a row for the value at the end")?;
    /// let tally = results.tally("all weather").ok_or("it ran")?;
    /// assert_eq!(median.value.number(), tally.measure(Measure::Wealth).quantile(0.5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_study(self, study: &'a Study<'a>, results: &'a Results) -> Self {
        Self { study: Some((study, results)), ..self }
    }

    /// What rules came to that were held against each other: a page more.
    #[must_use]
    pub fn with_tournament(self, standings: &'a Standings) -> Self {
        Self { tournament: Some(standings), ..self }
    }

    /// An account that was run from its fills: a page shows it against the simulation, with what was reconciled.
    #[must_use]
    pub fn with_account(
        self,
        actual: &'a Actual,
        reconciliation: &'a Reconciliation,
        explanation: &'a Explanation,
    ) -> Self {
        Self { account: Some(Account { actual, reconciliation, explanation }), ..self }
    }

    /// Other weathers, each with the name that it is shown under; none at all leaves weather out.
    #[must_use]
    pub fn with_weathers(self, weathers: Vec<(Words, WeatherSpec)>) -> Self {
        Self { weathers, ..self }
    }

    /// The same with real fills held against the estimate, which the page of costs then shows.
    #[must_use]
    pub fn with_fills(self, fills: &'a Comparison) -> Self {
        Self { fills: Some(fills), ..self }
    }

    /// The versions of the model, with what was in force and what each earned on the same market: a page more.
    #[must_use]
    pub fn with_iterations(self, ledger: &'a Ledger, live: &'a LiveTrack) -> Self {
        Self { iterations: Some((ledger, live)), ..self }
    }

    /// With taxes that a broker withheld from the account, and what is added back of them: the page of taxes shows both.
    #[must_use]
    pub fn with_taxes(self, withheld: Vec<WithheldRow>, added_back: Vec<AddedBack>) -> Self {
        Self { withheld, added_back, ..self }
    }
}

/// What every page reads, computed once.
pub(crate) struct Run<'a> {
    pub(crate) record: &'a Record,
    pub(crate) sources: &'a Sources<'a>,
    pub(crate) steps: Vec<Step<'a>>,
    pub(crate) months: Vec<MonthRow>,
    pub(crate) years: Vec<YearRow<'a>>,
    pub(crate) periodicity: Periodicity,
    /// The prescribed rate of each step's year, a fraction a year.
    pub(crate) rates: Vec<Option<f64>>,
    /// The same as a return of the step; `None` when a year has no rate.
    pub(crate) risk_free: Option<Vec<f64>>,
    /// Whether each step's return rests on estimated prices.
    pub(crate) estimated: Vec<bool>,
    /// What was traded at each step.
    pub(crate) trades: Trades,
    /// The days of the steps.
    pub(crate) days: Vec<NaiveDate>,
    /// The return of each period.
    periods: Vec<f64>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(record: &'a Record, sources: &'a Sources<'a>) -> Result<Self, ReportError> {
        let steps: Vec<Step<'a>> = record.steps().collect();
        if steps.is_empty() {
            return Err(ReportError::NoSteps);
        }
        let periodicity = record.periodicity();
        let rate = |year: Year| {
            record.rates().get(&year).map(|rate| Rate::from_percent(rate.prescribed.rate).to_f64())
        };
        let rates: Vec<Option<f64>> = steps.iter().map(|step| rate(step.month.year())).collect();
        let risk_free = rates.iter().map(|rate| rate.map(|rate| of_period(rate, periodicity))).collect();
        let days = steps.iter().map(|step| step.date).collect();
        let trades = Trades::new(record, &steps);
        let (months, years, estimated) = (record.months(), record.years(), record.estimated());
        Ok(Self {
            record,
            sources,
            steps,
            months,
            years,
            periodicity,
            rates,
            risk_free,
            estimated,
            trades,
            days,
            periods: record.outcome().period_returns(),
        })
    }

    /// The returns of the periods.
    pub(crate) fn returns(&self) -> Result<Returns<'_>, MetricsError> {
        Returns::new(self.periodicity, &self.periods)?.with_estimated(&self.estimated[self.first_period()..])
    }

    /// The step at which the first period ends.
    pub(crate) fn first_period(&self) -> usize {
        self.record.outcome().first_period
    }

    /// What a return has to beat: the prescribed rate, or nothing when a year has none.
    pub(crate) fn hurdle(&self) -> Result<Hurdle<'_>, MetricsError> {
        match &self.risk_free {
            Some(rates) => Ok(Hurdle::Series(Returns::new(self.periodicity, &rates[self.first_period()..])?)),
            None => Ok(Hurdle::Nothing),
        }
    }

    /// How many years the run lasts, by its periods.
    pub(crate) fn years_long(&self) -> f64 {
        self.periods.len() as f64 / self.periodicity.periods_a_year()
    }

    /// The last step of each month: a panel of days has too many to be seen one by one.
    pub(crate) fn month_ends(&self) -> Vec<&Step<'a>> {
        self.steps.chunk_by(|a, b| a.month == b.month).filter_map(<[_]>::last).collect()
    }

    /// What amounts are counted in, by the capital.
    pub(crate) fn scale(&self) -> Scale {
        Scale::of(self.steps.first().map_or(0.0, |step| step.value_before))
    }

    /// The words for it.
    pub(crate) fn unit(&self) -> Words {
        self.scale().of_currency(&self.record.base().to_string())
    }

    /// The days of the steps, for a figure.
    pub(crate) fn points(&self) -> Points {
        Points::Days(self.days.clone())
    }

    /// The last day of each month of the monthly table, for a figure.
    pub(crate) fn month_points(&self) -> Points {
        Points::Days(self.months.iter().map(|row| row.month.last_day()).collect())
    }

    /// The place among the prices of an asset of the record, whose name may begin with those of the vaults it is in.
    pub(crate) fn instrument(&self, asset: &AssetId) -> Option<usize> {
        let place = self.record.universe().iter().position(|name| name == asset)?;
        self.sources.market.prices().position(assets(self.record).get(place)?)
    }
}

/// A rate a year as a return of a period.
pub(crate) fn of_period(annual: f64, periodicity: Periodicity) -> f64 {
    (annual.ln_1p() / periodicity.periods_a_year()).exp_m1()
}

/// What 100 become under returns, after each of them.
pub(crate) fn index(returns: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let grow = |value: &mut f64, r: f64| {
        *value *= 1.0 + r;
        Some(*value)
    };
    returns.into_iter().scan(100.0, grow).collect()
}
