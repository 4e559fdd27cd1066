//! Laws of spending rules, one by one: those that the rustdoc of [`SpendingRule`] states, and what an engine relies on.
//!
//! Each takes what makes the rule, a new one for every try, from the prescribed rates of all years. A rule needs none of them when it
//! is made and ignores them: `|_| MyRule::new()`. One that does look at them here is caught by [`no_look_ahead`].

use allweather_cashflow::{CashflowError, Spending, SpendingRule};
use allweather_core::Month;
use allweather_portfolio::{Capital, Expenses, Holding, Holdings, Knowledge, Record, Simulation, Spec};
use allweather_rebalance::{Calendar, Edge, Period, Rule};
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

use super::told::Told;
use crate::{
    Asset, Broken, Settings, World,
    check::{Finding, Law, check},
    generate::{self, SpendingYears},
    table::number,
};

/// Checks all laws of spending rules: [`an_amount`], [`a_function`], [`scale`], [`a_start`], [`no_look_ahead`] and [`in_a_run`].
///
/// ```
/// use allweather_portfolio::cashflow::{CashflowError, SpendingRule, SpendingYear};
/// use allweather_testkit::laws;
///
/// /// A fixed share of what is there.
/// #[derive(Debug)]
/// struct Share(f64);
/// impl SpendingRule for Share {
///     fn annual_expense(&self, year: &SpendingYear<'_>) -> Result<f64, CashflowError> {
///         Ok(self.0 * year.market_value())
///     }
/// }
/// laws::spending_rule(|| Share(0.04))?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold and the smallest case found that shows it.
pub fn spending_rule<R: SpendingRule>(make: impl Fn() -> R) -> Result<(), Broken> {
    all(&Settings::default(), make)
}

/// As [`spending_rule`], with [`Settings`].
///
/// # Errors
///
/// As [`spending_rule`].
pub fn all<R: SpendingRule>(settings: &Settings, make: impl Fn() -> R) -> Result<(), Broken> {
    all_fitted(settings, |_| make())
}

/// The same for a rule that is made from prescribed rates. It is given those of all years, and must not use those that come later.
///
/// # Errors
///
/// As [`spending_rule`].
pub fn fitted<R: SpendingRule>(make: impl Fn(&[f64]) -> R) -> Result<(), Broken> {
    all_fitted(&Settings::default(), make)
}

/// As [`fitted`], with [`Settings`].
///
/// # Errors
///
/// As [`spending_rule`].
pub fn all_fitted<R: SpendingRule>(settings: &Settings, make: impl Fn(&[f64]) -> R) -> Result<(), Broken> {
    an_amount(settings, &make)?;
    a_function(settings, &make)?;
    scale(settings, &make)?;
    a_start(settings, &make)?;
    no_look_ahead(settings, &make)?;
    in_a_run(settings, &make)
}

/// The expense is finite and not negative, in every year. A rule without an answer says so with [`CashflowError::Rule`].
///
/// # Errors
///
/// [`Broken`] with the years up to one whose expense is no amount.
pub fn an_amount<R: SpendingRule>(settings: &Settings, make: impl Fn(&[f64]) -> R) -> Result<(), Broken> {
    let words = "the expense is finite and not negative.";
    check(Law { name: "an amount", words }, settings, &generate::spending_years(), |years| {
        let rule = make(years.rates());
        for n in 0..years.years.len() {
            match answer(&rule, years, n)? {
                Ok(expense) if expense.is_finite() && expense >= 0.0 => {}
                Err(CashflowError::Rule { .. }) => {}
                Ok(expense) => {
                    let expected = format!("an expense of 0 or more in year {n}");
                    return Err(Finding::new(expected, format!("{expense}")));
                }
                Err(error) => {
                    let expected = format!("an expense in year {n}, for which everything was given");
                    return Err(Finding::new(expected, error.to_string()));
                }
            }
        }
        Ok(())
    })
}

/// The same year gives the same answer, whatever was asked before.
///
/// # Errors
///
/// [`Broken`] with the years, and the one whose expense changed.
pub fn a_function<R: SpendingRule>(settings: &Settings, make: impl Fn(&[f64]) -> R) -> Result<(), Broken> {
    let words =
        "the same year gives the same expense, whatever was asked before; a rule keeps no state of its own.";
    check(Law { name: "a function", words }, settings, &generate::spending_years(), |years| {
        let used = make(years.rates());
        let count = years.years.len();
        // There, back, and there again: each year after others and after itself.
        for n in (0..count).chain((0..count).rev()) {
            let alone = answer(&make(years.rates()), years, n)?;
            let expected = || format!("{} in year {n} when a new rule is asked for it alone", shown(&alone));
            let after = answer(&used, years, n)?;
            if after != alone {
                let happened = format!("{} when it was asked for other years before", shown(&after));
                return Err(Finding::new(expected(), happened));
            }
            let again = answer(&used, years, n)?;
            if again != alone {
                return Err(Finding::new(expected(), format!("{} when it is asked twice", shown(&again))));
            }
        }
        Ok(())
    })
}

/// All money times k gives the expense times k.
///
/// # Errors
///
/// [`Broken`] with the years in one unit of money, k, and the two expenses.
pub fn scale<R: SpendingRule>(settings: &Settings, make: impl Fn(&[f64]) -> R) -> Result<(), Broken> {
    let words = "all money times k, above 0, gives the expense times k.";
    // Powers of two: a rule that turns at a threshold then turns at the same one, to the last bit.
    let cases = (generate::spending_years(), 1..=20_i32, any::<bool>()).prop_map(|(years, power, up)| {
        let factor = 2_f64.powi(if up { power } else { -power });
        Told::new((years, factor), |(years, factor)| format!("k = {factor}\n{years:?}"))
    });
    check(Law { name: "scale", words }, settings, &cases, |told| {
        let (years, factor) = &told.case;
        let scaled = years.scaled(*factor);
        let (rule, other) = (make(years.rates()), make(scaled.rates()));
        for n in 0..years.years.len() {
            let (plain, large) = (answer(&rule, years, n)?, answer(&other, &scaled, n)?);
            let same = match (&plain, &large) {
                (Ok(plain), Ok(large)) => (plain * factor - large).abs() <= 1e-9 * large.abs(),
                (Err(_), Err(_)) => true,
                _ => false,
            };
            if !same {
                let expected = format!("k times {} in year {n}", shown(&plain));
                return Err(Finding::new(expected, format!("{} with all money times k", shown(&large))));
            }
        }
        Ok(())
    })
}

/// The first year needs no year before.
///
/// # Errors
///
/// [`Broken`] with a first year to which the rule has no answer.
pub fn a_start<R: SpendingRule>(settings: &Settings, make: impl Fn(&[f64]) -> R) -> Result<(), Broken> {
    let words = "the first year needs no year before.";
    check(Law { name: "a start", words }, settings, &generate::spending_years(), |years| {
        match answer(&make(years.rates()), years, 0)? {
            Ok(_) => Ok(()),
            Err(error) => Err(Finding::new("an expense in the first year", error.to_string())),
        }
    })
}

/// Prescribed rates of later years change no expense.
///
/// # Errors
///
/// [`Broken`] with the years, and the one whose expense knew of later ones.
pub fn no_look_ahead<R: SpendingRule>(settings: &Settings, make: impl Fn(&[f64]) -> R) -> Result<(), Broken> {
    let words = "the expense of a year does not change when prescribed rates of later years do.";
    let other = vec((-50..120_i32).prop_map(|tenths| f64::from(tenths) / 1000.0), 3);
    // The place first: proptest makes the parts of a tuple smaller in turn, and does not come back.
    let cases = (0..8_usize, generate::spending_years(), other).prop_map(|(n, years, other)| {
        let n = n.min(years.years.len() - 1);
        let changed = years.with_other_rates_after(n, &other);
        Told::new((years, changed, n), |(years, changed, n)| {
            let later = |of: &SpendingYears| {
                let rates: Vec<String> = of.rates().iter().skip(n + 1).map(|rate| number(*rate)).collect();
                rates.join(", ")
            };
            format!("after year {n}, rates of {} instead of {}\n{years:?}", later(changed), later(years))
        })
    });
    check(Law { name: "no look-ahead", words }, settings, &cases, |told| {
        let (years, changed, n) = &told.case;
        let (rule, other) = (make(years.rates()), make(changed.rates()));
        for n in 0..=*n {
            let (before, after) = (answer(&rule, years, n)?, answer(&other, changed, n)?);
            if before != after {
                let expected = format!("{} in year {n}, whatever comes later", shown(&before));
                return Err(Finding::new(
                    expected,
                    format!("{} with other rates in later years", shown(&after)),
                ));
            }
        }
        Ok(())
    })
}

/// A run under the rule comes to its end, twice the same; the money that leaves is accounted for, and is no return.
///
/// ```text
/// Σ withdrawn = Σ consumption + Σ reinvested + Δpool − Σ shortfall
/// returns with expenses = returns without        when trading costs nothing and every month is rebalanced
/// ```
///
/// The rule may answer with [`CashflowError::Rule`], which stops the run; such a run is passed over.
///
/// # Errors
///
/// [`Broken`] with the prices of a run, and the month whose return or quarter is not what it must be.
pub fn in_a_run<R: SpendingRule>(settings: &Settings, make: impl Fn(&[f64]) -> R) -> Result<(), Broken> {
    let words = "a run under the rule is the same twice, and what leaves the portfolio is accounted for and is no return.";
    let moves = vec((-80..=80_i32).prop_map(|thousandths| f64::from(thousandths) / 1000.0), 3..=40);
    let cases =
        (moves, vec(-5..=12_i64, 5), 0..=2_u32).prop_filter_map("names", |(moves, rates, pool_years)| {
            let world = world(&moves, &rates)?;
            Some(Told::new((world, pool_years), |(world, years)| {
                format!("a pool of {years} annual expenses\n{world:?}")
            }))
        });
    // A run is dearer than a question.
    check(Law { name: "in a run", words }, &settings.fraction(2), &cases, |told| {
        let (world, pool_years) = &told.case;
        let rates: Vec<f64> = world.indicators.iter().map(|five| percent(five[0]) / 100.0).collect();
        let rule = make(&rates);
        let Some(first) = run(world, *pool_years, Some(&rule))? else { return Ok(()) };
        let again = run(world, *pool_years, Some(&rule))?;
        accounted(&first, again.as_ref())?;
        let Some(without) = run(world, *pool_years, None)? else { return Ok(()) };
        let pairs = first.outcome().returns.iter().zip(&without.outcome().returns).enumerate();
        for (row, (with, without)) in pairs {
            if (with - without).abs() > 1e-9 {
                let expected = format!("a return of {without} in {}, as without expenses", world.month(row));
                return Err(Finding::new(expected, format!("{with}")));
            }
        }
        Ok(())
    })
}

fn accounted(record: &Record, again: Option<&Record>) -> Result<(), Finding> {
    let quarters = |of: &Record| of.steps().filter_map(|step| step.quarter.copied()).collect::<Vec<_>>();
    let (first, again) = (quarters(record), again.map(quarters).unwrap_or_default());
    let (mut out, mut used) = (0.0, 0.0);
    for (row, quarter) in first.iter().enumerate() {
        let expense = again.get(row).map(|again| again.annual_expense);
        if expense != Some(quarter.annual_expense) {
            let expected = format!("an annual expense of {} in {}", quarter.annual_expense, quarter.quarter);
            let happened = expense.map_or("no such quarter".to_owned(), |expense| format!("{expense}"));
            return Err(Finding::new(expected, format!("{happened} in a second run under the same rule")));
        }
        out += quarter.withdrawn + quarter.shortfall;
        used += quarter.consumption + quarter.reinvested;
        let pool = quarter.pool;
        if (out - used - pool).abs() > 1e-9 * (CAPITAL + out.abs() + used.abs()) {
            let expected =
                format!("{used} consumed and reinvested and a pool of {pool} by {}", quarter.quarter);
            return Err(Finding::new(expected, format!("{out} withdrawn or short")));
        }
    }
    Ok(())
}

type Answer = Result<f64, CashflowError>;

fn answer(rule: &impl SpendingRule, years: &SpendingYears, n: usize) -> Result<Answer, Finding> {
    let year = years.year(n).map_err(|e| Finding::error(&e))?;
    Ok(rule.annual_expense(&year))
}

fn shown(answer: &Answer) -> String {
    match answer {
        Ok(expense) => format!("{expense}"),
        Err(error) => format!("no answer ({error})"),
    }
}

const CAPITAL: f64 = 1_000_000.0;

fn percent(points: Decimal) -> f64 {
    points.to_string().parse().unwrap_or_default()
}

/// Two assets, of which the second moves half as far and the other way; whole per cents of prescribed rates.
fn world(moves: &[f64], rates: &[i64]) -> Option<World> {
    let path = |share: f64| {
        let mut level = 100.0;
        let mut prices = vec![Some(level)];
        for change in moves {
            level *= 1.0 + share * change;
            prices.push(Some((level * 1e4_f64).round() / 1e4));
        }
        prices
    };
    let asset = |name: &str, share| {
        Some(Asset { id: name.parse().ok()?, currency: World::BASE, prices: path(share) })
    };
    let mut world = World::new(Month::new(2020, 1).ok()?, vec![asset("a0", 1.0)?, asset("a1", -0.5)?]);
    world.indicators = rates.iter().map(|rate| [Decimal::from(*rate); 5]).collect();
    Some(world)
}

/// A run without costs, traded every month; `None` when the rule had no answer.
fn run(world: &World, pool_years: u32, rule: Option<&dyn SpendingRule>) -> Result<Option<Record>, Finding> {
    let weight = 1.0 / world.assets.len() as f64;
    let holdings = world.assets.iter().map(|asset| Holding::asset(asset.id.clone(), weight)).collect();
    let capital = Capital::new(Decimal::from(1_000_000)).map_err(|e| Finding::error(&e))?;
    let holdings = Holdings::new(holdings).map_err(|e| Finding::error(&e))?;
    let monthly = Rule::Calendar(Calendar { every: Period::Month, on: Edge::End });
    let expenses = rule.map(|_| Expenses {
        rule: Spending::default(),
        initial_pool: Decimal::ZERO,
        pool_years: pool_years.into(),
        knowledge: Knowledge::Final,
    });
    let spec = Spec { expenses, ..Spec::new("a run with expenses", capital, holdings, monthly) };
    let (market, rates) = (world.market().map_err(|e| Finding::error(&e))?, world.rates());
    let run = Simulation::new(&spec, &market, &rates).map_err(|e| Finding::error(&e))?;
    let run = match rule {
        Some(rule) => run.with_spending(rule),
        None => run,
    };
    match run.run() {
        Ok(record) => Ok(Some(record)),
        Err(allweather_portfolio::PortfolioError::Cashflow(CashflowError::Rule { .. })) => Ok(None),
        Err(error) => Err(Finding::error(&error)),
    }
}
