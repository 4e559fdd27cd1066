//! Laws of rules: those of [`Rebalancer`], those of a run under any rule, and some that hold for some rules only.
//!
//! [`rebalancer()`](super::rebalancer()) and [`fitted()`] try all that every rule owes. The others are for rules that promise more:
//!
//! | law | every rule | holds for |
//! |---|---|---|
//! | [`no_look_ahead`], [`determinism`], [`weights`], [`quiet_days`] | yes | |
//! | [`idempotence`] | yes | not for a rule that means to go part of the way each time it is asked: call the other laws one by one |
//! | [`cash_never_negative`], [`value_conserved`], [`flows_are_no_return`] | yes | |
//! | [`scale`] | | rules that read returns and weights; not those that compare price levels with a number |
//! | [`permutation`] | | rules that treat assets alike; not those that give the first asset a part of its own, or break ties by order |
//! | [`splitting`] | | dates, and drift relative to the position; not bands in points of the portfolio, nor rules that count assets |
//! | [`cost_monotone`] | | rules that read cost rates and trade less where it is dearer |
//!
//! Each function takes how a rule is made, because a law may need two that were never asked anything. Single laws give the whole
//! market to whoever makes it; a rule that is not made from data ignores it: `scale(&settings, |_| MyRule::new())`.

use allweather_market::Market;
use allweather_portfolio::{Record, Simulation};
use allweather_rebalance::Rebalancer;

use super::{
    answer::{Answer, shown},
    record,
};
use crate::{
    Broken, Case, ReviewCase, Settings,
    check::{Finding, Law, check},
    generate,
    table::{number, numbers},
};

/// How a law gets a rule: from the whole market of a case.
type Make<'a> = &'a dyn Fn(&Market) -> Box<dyn Rebalancer>;

/// Every law that each rule owes, with [`Settings`]. Otherwise as [`rebalancer()`](super::rebalancer()).
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold.
pub fn all<R: Rebalancer + 'static>(settings: &Settings, make: impl Fn() -> R) -> Result<(), Broken> {
    every(settings, &|_| Box::new(make()))
}

/// Every law that each rule owes, for a rule that is made from data: fitted, trained, calibrated.
///
/// The law against look-ahead makes the rule twice, from two markets that are the same up to a day, and compares what the two
/// answer up to that day. A rule that was fitted on the whole sample gives itself away.
///
/// ```
/// use allweather_testkit::laws;
/// # use allweather_portfolio::{market::{Market, ReturnCurrency}, prelude::*};
/// # #[derive(Debug)] struct Mean(f64);
/// # impl Mean { fn fit(market: &Market) -> Self { // the mean of all prices, also of those to come
/// #   let all: Vec<f64> = market.prices().levels(0).iter().flatten().copied().collect();
/// #   Self(all.iter().sum::<f64>() / all.len() as f64) } }
/// # impl Rebalancer for Mean {
/// #   fn decide(&self, review: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
/// #     let dear = review.market.price(0).last().is_some_and(|price| price > self.0);
/// #     let reason = Reason::Other("above its mean".into());
/// #     Ok(if dear { Decision::Rebalance(reason) } else { Decision::Hold(reason) }) } }
/// // Mean::fit takes the mean of every price, also of those to come.
/// let broken = laws::rebalancer::fitted(|market| Mean::fit(market)).unwrap_err();
/// assert_eq!(broken.law, "no look-ahead");
/// ```
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold.
pub fn fitted<R: Rebalancer + 'static>(fit: impl Fn(&Market) -> R) -> Result<(), Broken> {
    all_fitted(&Settings::default(), fit)
}

/// As [`fitted()`], with [`Settings`].
///
/// # Errors
///
/// [`Broken`] with the first law that does not hold.
pub fn all_fitted<R: Rebalancer + 'static>(
    settings: &Settings,
    fit: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    every(settings, &|market| Box::new(fit(market)))
}

fn every(settings: &Settings, make: Make<'_>) -> Result<(), Broken> {
    // The plainest first: what is wrong with every answer is not to be told as a difference between two.
    wants_weights(settings, make)?;
    repeats(settings, make)?;
    sees_nothing_later(settings, make)?;
    holds_on_quiet_days(settings, make)?;
    trades_once(settings, make)?;
    in_runs(settings, make, record::CASH, |_, record| record::cash(record))?;
    in_runs(settings, make, record::VALUE, |_, record| record::value(record))?;
    in_runs(settings, make, record::FLOWS, |case, record| record::flows(&case.world, record))
}

/// Nothing after the review's day changes the answer.
///
/// Everything behind a day is changed: prices, exchange rates, short rates, consumer prices, statistics, and how many dates there
/// are. For a rule that is made from data see [`fitted()`]; any other can only break this law by a way out of its own.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn no_look_ahead<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    sees_nothing_later(settings, &|market| Box::new(make(market)))
}

fn sees_nothing_later(settings: &Settings, make: Make<'_>) -> Result<(), Broken> {
    let law = Law { name: "no look-ahead", words: "nothing after the review's day changes the answer." };
    check(law, settings, &generate::reviews(), |case| {
        let market = market(case)?;
        let rule = make(&market);
        for row in 0..case.world.months() - 1 {
            let case = case.on(row);
            let answer = Answer::of(&*rule, &case, &market)?;
            // A rising and a falling one: a rule that compares with a number of the future notices one of them.
            for seed in [2 * row as u64, 2 * row as u64 + 1] {
                let world = case.world.with_another_future(case.date(), seed);
                let other = ReviewCase { world, ..case.clone() };
                let other_market = self::market(&other)?;
                let otherwise = Answer::of(&*make(&other_market), &other, &other_market)?;
                if answer != otherwise {
                    let from = case.world.month(row + 1);
                    return Err(Finding::new(
                        format!("the same answer on {}, whatever comes from {from} on", case.date()),
                        format!("{answer}\nbut with other numbers from {from} on: {otherwise}"),
                    ));
                }
            }
        }
        Ok(())
    })
}

/// The same review gives the same answer, however often and after whatever else the rule was asked, and so does another rule
/// that was made in the same way.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn determinism<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    repeats(settings, &|market| Box::new(make(market)))
}

fn repeats(settings: &Settings, make: Make<'_>) -> Result<(), Broken> {
    let law = Law { name: "determinism", words: "the same review gives the same answer." };
    check(law, settings, &generate::reviews(), |case| {
        let market = market(case)?;
        let (rule, fresh) = (make(&market), make(&market));
        let rows = 0..case.world.months();
        let forward: Vec<Answer> =
            rows.clone().map(|row| Answer::of(&*rule, &case.on(row), &market)).collect::<Result<_, _>>()?;
        // Another one is asked backwards, and the first one again.
        for row in rows.rev() {
            let case = case.on(row);
            for (who, rule) in [("asked again", &rule), ("another rule made in the same way", &fresh)] {
                let answer = Answer::of(&**rule, &case, &market)?;
                if answer != forward[row] {
                    return Err(Finding::new(
                        format!("the same answer on {}: {}", case.date(), forward[row]),
                        format!("{who}: {answer}"),
                    ));
                }
            }
        }
        Ok(())
    })
}

/// What is wanted of each asset is in 0..=1, and everything wanted together is not above 1. An asset that is kept counts with its
/// weight, but with no more than its strategic target: when kept assets have grown, purchases are cut.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn weights<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    wants_weights(settings, &|market| Box::new(make(market)))
}

fn wants_weights(settings: &Settings, make: Make<'_>) -> Result<(), Broken> {
    let law =
        Law { name: "weights", words: "what is wanted is in 0..=1 and, with what is kept, not above 1." };
    on_every_day(law, settings, make, |rule, case, market| {
        let answer = Answer::of(rule, case, market)?;
        let wanted = answer.wanted();
        let sides = || wanted.iter().zip(case.weights.iter().zip(&case.targets));
        let sum: f64 = sides().map(|(wanted, (held, target))| wanted.unwrap_or(held.min(*target))).sum();
        let each = wanted.iter().flatten().all(|w| (0.0..=1.0).contains(w));
        if wanted.is_empty() || (each && sum <= 1.0 + 1e-9 && wanted.len() == case.targets.len()) {
            return Ok(());
        }
        let rule = format!(
            "{} weights in 0..=1, together not above 1, on {} holding {}",
            case.targets.len(),
            case.date(),
            numbers(&case.weights)
        );
        Err(Finding::new(rule, format!("{answer}, together {}", number(sum))))
    })
}

/// On a day on which it [may not trade](Rebalancer::may_trade), a rule holds, whatever the portfolio and the market: an engine does not
/// ask it.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn quiet_days<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    holds_on_quiet_days(settings, &|market| Box::new(make(market)))
}

fn holds_on_quiet_days(settings: &Settings, make: Make<'_>) -> Result<(), Broken> {
    let law = Law { name: "quiet days", words: "on a day on which it may not trade, a rule holds." };
    on_every_day(law, settings, make, |rule, case, market| {
        if rule.may_trade(case.review(market).day()) {
            return Ok(());
        }
        let answer = Answer::of(rule, case, market)?;
        if !answer.decision.trades() {
            return Ok(());
        }
        let rule = format!(
            "no trade on {}, on which the rule says that it may not, holding {}",
            case.date(),
            numbers(&case.weights)
        );
        Err(Finding::new(rule, answer.to_string()))
    })
}

/// A rule applied twice at one instant trades once: asked again after its own trade, it holds, or trades to what is held already.
/// A portfolio at the rule's own targets is therefore left alone.
///
/// The trade costs nothing here, so that it reaches what was wanted.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn idempotence<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    trades_once(settings, &|market| Box::new(make(market)))
}

fn trades_once(settings: &Settings, make: Make<'_>) -> Result<(), Broken> {
    let law = Law { name: "idempotence", words: "a rule applied twice at one instant trades once." };
    on_every_day(law, settings, make, |rule, case, market| {
        let at_target = ReviewCase { weights: case.targets.clone(), ..case.clone() };
        for case in [case, &at_target] {
            let first = Answer::of(rule, case, market)?;
            let after = ReviewCase { weights: first.traded(case)?, ..case.clone() };
            let second = Answer::of(rule, &after, market)?;
            let again = second.traded(&after)?;
            let moved = after.weights.iter().zip(&again).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            if moved > 1e-9 {
                let (before, after) = (numbers(&case.weights), numbers(&after.weights));
                return Err(Finding::new(
                    format!("no trade on {} after the first one, {before} to {after}", case.date()),
                    format!(
                        "a second trade, to {}\nfirst answer: {first}\nsecond answer: {second}",
                        numbers(&again)
                    ),
                ));
            }
        }
        Ok(())
    })
}

/// Another unit of prices changes nothing: the prices of each asset times a power of two of its own, as after a split of shares.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn scale<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    let law = Law { name: "scale", words: "another unit of prices changes no answer." };
    check(law, settings, &generate::reviews(), |case| {
        let mut other = case.clone();
        let factors = [1024.0, 0.125, 4096.0, 0.5, 16.0, 0.015_625];
        for (asset, factor) in other.world.assets.iter_mut().zip(factors.iter().cycle()) {
            asset.prices.iter_mut().flatten().for_each(|price| *price *= factor);
        }
        let same = |answer: &Answer| (answer.wanted(), answer.decision.trades());
        let factors = numbers(&factors[..case.world.assets.len().min(factors.len())]);
        both(&make, case, &other, same, &format!("with prices times {factors}"))
    })
}

/// The order of assets changes nothing: with the assets in reverse, the answer is in reverse.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn permutation<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    let law = Law { name: "permutation", words: "the order of assets changes no answer." };
    check(law, settings, &generate::reviews(), |case| {
        let mut other = case.clone();
        other.world.assets.reverse();
        for values in [&mut other.targets, &mut other.weights, &mut other.cost_rates] {
            values.reverse();
        }
        let reversed =
            |answer: &Answer| (answer.wanted().into_iter().rev().collect(), answer.decision.trades());
        both(&make, case, &other, reversed, "with the assets in reverse, read backwards")
    })
}

/// An asset in two identical halves is treated as the whole: the same decision, and the halves are wanted as much as the whole.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn splitting<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    let law = Law { name: "splitting", words: "an asset in two identical halves is treated as the whole." };
    check(law, settings, &generate::reviews(), |case| {
        for (place, asset) in case.world.assets.iter().enumerate() {
            let mut other = case.clone();
            let mut half = asset.clone();
            half.id = "other_half".parse().unwrap_or(half.id);
            other.world.assets.push(half);
            other.targets[place] /= 2.0;
            other.weights[place] /= 2.0;
            for values in [&mut other.targets, &mut other.weights, &mut other.cost_rates] {
                values.push(values[place]);
            }
            let joined = |answer: &Answer| {
                let mut wanted = answer.wanted();
                if let Some(half) = wanted.pop() {
                    wanted[place] = wanted[place].zip(half).map(|(a, b)| a + b);
                }
                (wanted, answer.decision.trades())
            };
            both(&make, case, &other, joined, &format!("with {} in two halves, joined", asset.id))?;
        }
        Ok(())
    })
}

/// Where trading is dearer, no more is traded: cost rates twice as high for every asset never make a rule trade more.
///
/// # Errors
///
/// [`Broken`] with the smallest case found.
pub fn cost_monotone<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    let law = Law { name: "cost monotone", words: "where trading is dearer, no more is traded." };
    on_every_day(law, settings, &|market| Box::new(make(market)), |rule, case, market| {
        let traded = |times: f64| -> Result<(f64, Answer), Finding> {
            let cost_rates = case.cost_rates.iter().map(|rate| times * rate).collect();
            let case = ReviewCase { cost_rates, ..case.clone() };
            let answer = Answer::of(rule, &case, market)?;
            let after = answer.traded(&case)?;
            Ok((after.iter().zip(&case.weights).map(|(a, b)| (a - b).abs()).sum(), answer))
        };
        let mut cheaper = traded(0.25)?;
        for times in [0.5, 1.0, 2.0, 4.0] {
            let dearer = traded(times)?;
            if dearer.0 > cheaper.0 + 1e-9 {
                let on = format!("on {} holding {}", case.date(), numbers(&case.weights));
                return Err(Finding::new(
                    format!("at most {} traded {on} when costs are doubled", number(cheaper.0)),
                    format!(
                        "{} traded\nat {} times the costs: {}\nat twice that: {}",
                        number(dearer.0),
                        number(times / 2.0),
                        cheaper.1,
                        dearer.1
                    ),
                ));
            }
            cheaper = dearer;
        }
        Ok(())
    })
}

/// In no run under the rule is cash negative, or a holding. Over costs, lots, expenses, hedges and overlays.
///
/// # Errors
///
/// [`Broken`] with the smallest case found, also when the rule stops a run with an error.
pub fn cash_never_negative<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    in_runs(settings, &|market| Box::new(make(market)), record::CASH, |_, record| record::cash(record))
}

/// In every run under the rule, value moves only by what is recorded: market, interest, forwards, costs, withdrawal, reinvestment.
///
/// # Errors
///
/// [`Broken`] with the smallest case found, also when the rule stops a run with an error.
pub fn value_conserved<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    in_runs(settings, &|market| Box::new(make(market)), record::VALUE, |_, record| record::value(record))
}

/// In every run under the rule, returns are what was held times what its prices did, and forwards, interest and costs: money that
/// comes in or goes out is no return.
///
/// # Errors
///
/// [`Broken`] with the smallest case found, also when the rule stops a run with an error.
pub fn flows_are_no_return<R: Rebalancer + 'static>(
    settings: &Settings,
    make: impl Fn(&Market) -> R,
) -> Result<(), Broken> {
    in_runs(settings, &|market| Box::new(make(market)), record::FLOWS, |case, record| {
        record::flows(&case.world, record)
    })
}

/// Each drift is also tried smaller, by halves, so that one of them meets the edge of a band.
const NEARER: [f64; 5] = [1.0, 0.5, 0.25, 0.125, 0.0625];

fn market(case: &ReviewCase) -> Result<Market, Finding> {
    case.world.market().map_err(|error| Finding::error(&error))
}

/// A law at single reviews: on every day of the case's world.
fn on_every_day(
    law: Law,
    settings: &Settings,
    make: Make<'_>,
    test: impl Fn(&dyn Rebalancer, &ReviewCase, &Market) -> Result<(), Finding>,
) -> Result<(), Broken> {
    check(law, settings, &generate::reviews(), |case| {
        let market = market(case)?;
        let rule = make(&market);
        let days = (0..case.world.months()).flat_map(|row| {
            let case = case.on(row);
            NEARER.map(|part| case.nearer(part))
        });
        days.into_iter().try_for_each(|case| test(&*rule, &case, &market))
    })
}

/// Compares the answers to two cases on every day. `read` puts what is wanted in the second into the order of the first.
fn both<R: Rebalancer>(
    make: &impl Fn(&Market) -> R,
    case: &ReviewCase,
    other: &ReviewCase,
    read: impl Fn(&Answer) -> (Vec<Option<f64>>, bool),
    how: &str,
) -> Result<(), Finding> {
    let (market, other_market) = (market(case)?, market(other)?);
    let (rule, other_rule) = (make(&market), make(&other_market));
    let days = (0..case.world.months()).flat_map(|row| NEARER.map(|part| (row, part)));
    for (row, part) in days {
        let (case, other) = (case.on(row).nearer(part), other.on(row).nearer(part));
        let answer = Answer::of(&rule, &case, &market)?;
        let otherwise = Answer::of(&other_rule, &other, &other_market)?;
        let (wanted, trades) = read(&otherwise);
        if !answer.trades_like(&wanted, trades) {
            return Err(Finding::new(
                format!("on {} holding {}, also {how}:\n{answer}", case.date(), numbers(&case.weights)),
                format!("{}\nin the words of the rule: {otherwise}", shown(&wanted)),
            ));
        }
    }
    Ok(())
}

/// A law of records: in every run of a case under the rule.
fn in_runs(
    settings: &Settings,
    make: Make<'_>,
    law: Law,
    test: impl Fn(&Case, &Record) -> Result<(), Finding>,
) -> Result<(), Broken> {
    check(law, settings, &generate::cases(), |case| {
        let stops = |error: allweather_portfolio::PortfolioError| {
            Finding::new("a run to the end", format!("an error: {error}"))
        };
        let market = case.world.market().map_err(|error| Finding::error(&error))?;
        let (rule, rates) = (make(&market), case.world.rates());
        let simulation = Simulation::new(&case.spec, &market, &rates).map_err(stops)?;
        let record = simulation.with_rule(&*rule).run().map_err(stops)?;
        test(case, &record)
    })
}
