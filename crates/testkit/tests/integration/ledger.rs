//! The ledger and its twin against the published text: by laws over drawn quarters, and by a walk of quarters, rates that become
//! known and final, pools that are raised, and figures that are refused.

use allweather_portfolio::{
    cashflow::{CashflowError, KnownRates, Ledger, QuarterFigures, RateStatus, Terms, paths::Account},
    core::{Number, Overflow, Percent, Quarter, Year},
};
use allweather_testkit::{BookLine, Broken, PublishedBook, Settings, generate::Quarters, laws};
use proptest::{prelude::*, test_runner::RngSeed};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use rust_decimal::{Decimal, dec};

#[test]
fn our_ledger_holds_all_laws() -> Result<(), Broken> {
    laws::ledger::all(&Settings::default().with_cases(256), Quarters::by_ledger)
}

/// The ledger's lines with a mistake in each.
fn mistaken(mistake: impl Fn(&mut BookLine)) -> impl Fn(&Quarters) -> Result<Vec<BookLine>, CashflowError> {
    move |quarters| {
        let mut lines = quarters.by_ledger()?;
        lines.iter_mut().for_each(&mistake);
        Ok(lines)
    }
}

#[test]
fn expenses_that_nothing_funds_are_not_invented() {
    let broken = laws::ledger(mistaken(|line| line.shortfall = Decimal::ZERO)).unwrap_err();
    assert_eq!(broken.law, "accounted");
    assert_eq!((&*broken.expected, &*broken.happened), ("in 2020Q1: 2.5 withdrawn", "0"));
    let case = "\
capital 1000, 1 % spent a year, a pool of 0 that holds 0 years
quarter  rate  gain  costs
2020Q1    0 %     0      0";
    assert_eq!(broken.case, case);
}

#[test]
fn a_ledger_that_pays_out_under_water() {
    // Consumption is withdrawn whatever the gain is: principal is eaten.
    let eats = mistaken(|line| {
        if line.halted {
            line.withdrawn += line.shortfall;
            line.shortfall = Decimal::ZERO;
        }
    });
    let broken = laws::ledger(eats).unwrap_err();
    assert_eq!(broken.law, "halts");
    assert_eq!(
        (&*broken.expected, &*broken.happened),
        ("in 2020Q1: 0 withdrawn, halted", "2.5 withdrawn, halted")
    );
}

#[test]
fn a_halt_below_zero_only() {
    // A quarter that ends even is halted too; this one says so only of losses.
    let below = |quarters: &Quarters| {
        let mut lines = quarters.by_ledger()?;
        for (line, (_, amounts)) in lines.iter_mut().zip(quarters.iter()) {
            line.halted = amounts.gain < amounts.costs;
        }
        Ok::<_, CashflowError>(lines)
    };
    let broken = laws::ledger(below).unwrap_err();
    assert_eq!((broken.law, &*broken.happened), ("halts", "0 withdrawn, not halted"));
}

#[test]
fn a_pool_below_nothing() {
    let overdrawn = mistaken(|line| {
        line.pool -= line.shortfall;
        line.shortfall = Decimal::ZERO;
    });
    let broken = laws::ledger::pool(&Settings::default(), overdrawn).unwrap_err();
    assert_eq!(broken.law, "pool");
    assert_eq!(broken.happened, "a pool of -2.5 and a shortfall of 0");
}

#[test]
fn capital_that_forgets_what_was_reinvested() {
    let forgets = |quarters: &Quarters| {
        let mut lines = quarters.by_ledger()?;
        for line in &mut lines {
            line.invested_capital = quarters.terms.initial_capital();
        }
        Ok::<_, CashflowError>(lines)
    };
    let broken = laws::ledger(forgets).unwrap_err();
    assert_eq!(broken.law, "capital");
    assert!(broken.expected.starts_with("in 2020Q1: invested capital of "), "{broken}");
}

/// The headroom of this quarter's cap in place of the one before: it holds every law but the text.
fn this_quarters_cap(quarters: &Quarters) -> Result<Vec<BookLine>, Overflow> {
    let mut lines = Vec::new();
    let (mut pool, mut invested) = (quarters.terms.initial_pool(), quarters.terms.initial_capital());
    for (quarter, amounts) in quarters.iter() {
        // A new book a quarter: its first quarter takes that quarter's own cap.
        let terms = Terms::new(quarters.terms.initial_capital()).unwrap();
        let terms = terms.with_spending(quarters.terms.spending()).unwrap().with_initial_pool(pool).unwrap();
        let terms = terms.with_pool_years(quarters.terms.pool_years()).unwrap();
        let mut line =
            PublishedBook::new(&terms).settle(quarters.rates_to(quarter), amounts.gain, amounts.costs)?;
        invested += line.reinvested;
        (line.invested_capital, pool) = (invested, line.pool);
        lines.push(line);
    }
    Ok(lines)
}

#[test]
fn the_headroom_of_the_wrong_quarter() {
    let broken = laws::ledger::as_published(&Settings::default(), this_quarters_cap).unwrap_err();
    assert_eq!(broken.law, "as published");
    assert!(broken.expected.starts_with("headroom of 2021Q1 = "), "{broken}");
    assert!(broken.case.contains("2020Q4") && broken.case.ends_with(char::is_numeric), "{broken}");
}

#[test]
fn a_ledger_that_stops_early() {
    let short = |quarters: &Quarters| {
        let mut lines = quarters.by_ledger()?;
        lines.pop();
        Ok::<_, CashflowError>(lines)
    };
    let broken = laws::ledger(short).unwrap_err();
    assert_eq!((&*broken.expected, &*broken.happened), ("1 quarters", "0 lines"));
}

/// What happens to a ledger.
#[derive(Debug, Clone)]
enum Event {
    /// A quarter ends.
    Quarter { gain: Decimal, costs: Decimal },
    /// The rate of the year that is running becomes known, or changes, or becomes final.
    Rate { percent: i64, status: RateStatus },
    /// The pool may hold more, or fewer, annual expenses. The exact ledger has one agreement for good and is left behind here.
    PoolYears { tenths: i64 },
    /// A quarter that must be refused.
    Refused(Refusal),
}

#[derive(Debug, Clone, Copy)]
enum Refusal {
    WrongQuarter,
    UnknownRate,
    TooFine,
    TooLarge,
}

/// What the text says must have come of the events so far.
#[derive(Debug, Clone)]
struct Text {
    terms: Terms,
    first: Quarter,
    next: Quarter,
    rates: Vec<(Percent, RateStatus)>,
    book: PublishedBook,
    lines: Vec<BookLine>,
}

impl Text {
    /// Which of the years is running.
    fn year(&self) -> usize {
        usize::try_from(self.next.year().number() - self.first.year().number()).unwrap()
    }

    fn rate(&self) -> Option<(Percent, RateStatus)> {
        self.rates.get(self.year()).copied()
    }

    fn rates(&self) -> Vec<Percent> {
        self.rates.iter().map(|(rate, _)| *rate).take(self.year() + 1).collect()
    }

    /// The quarter after this one as it would be: for gains that hit a threshold to the last digit.
    fn preview(&self) -> BookLine {
        self.book.clone().settle(&self.rates(), Decimal::ZERO, Decimal::ZERO).unwrap()
    }
}

impl ReferenceStateMachine for Text {
    type State = Self;
    type Transition = Event;

    fn init_state() -> BoxedStrategy<Self> {
        let pool = prop_oneof![Just(0), 0..=200_i64];
        (1..=100_i64, 0..=8_i64, pool, 0..=30_i64, 1..=4_u32)
            .prop_map(|(thousands, spending, pool, tenths, number)| {
                let terms = Terms::new(Decimal::from(thousands * 1000)).unwrap();
                let terms = terms.with_spending(Percent::new(spending.into())).unwrap();
                let terms = terms.with_initial_pool(Decimal::from(pool * thousands)).unwrap();
                let terms = terms.with_pool_years(Decimal::new(tenths, 1)).unwrap();
                let first = Quarter::new(2020, number).unwrap();
                let (rates, book, lines) = (Vec::new(), PublishedBook::new(&terms), Vec::new());
                Self { terms, first, next: first, rates, book, lines }
            })
            .boxed()
    }

    fn transitions(text: &Self) -> BoxedStrategy<Event> {
        let status = prop_oneof![Just(RateStatus::Provisional), Just(RateStatus::Final)];
        let rate = (-3..=10_i64, status).prop_map(|(percent, status)| Event::Rate { percent, status });
        if text.rate().is_none() {
            return prop_oneof![4 => rate, 1 => Just(Event::Refused(Refusal::UnknownRate))].boxed();
        }
        let line = text.preview();
        let thousandth = text.terms.initial_capital() / dec!(1000);
        let costs = (-1..=5_i64).prop_map(move |n| Decimal::from(n) * thousandth);
        // What is left after costs: anything, nothing, just the expense, and just so much that the pool is full.
        let full = line.consumption + line.headroom;
        let net = prop_oneof![
            5 => (-150..=300_i64).prop_map(move |n| Decimal::from(n) * thousandth),
            1 => Just(Decimal::ZERO),
            1 => Just(line.consumption),
            1 => Just(full),
            1 => Just(full + dec!(0.01)),
            1 => Just(full - dec!(0.01)),
        ];
        let quarter = (net, costs).prop_map(|(net, costs)| Event::Quarter { gain: net + costs, costs });
        let refused =
            prop_oneof![Just(Refusal::WrongQuarter), Just(Refusal::TooFine), Just(Refusal::TooLarge)];
        let years = (0..=50_i64).prop_map(|tenths| Event::PoolYears { tenths });
        prop_oneof![12 => quarter, 2 => rate, 1 => refused.prop_map(Event::Refused), 1 => years].boxed()
    }

    fn preconditions(text: &Self, event: &Event) -> bool {
        match event {
            Event::Quarter { .. }
            | Event::Refused(Refusal::WrongQuarter | Refusal::TooFine | Refusal::TooLarge) => {
                text.rate().is_some()
            }
            // Five years of whole per cents are exact on the ledger's grain; a final rate stays.
            Event::Rate { .. } => {
                text.year() < 5 && text.rate().is_none_or(|(_, status)| status != RateStatus::Final)
            }
            Event::Refused(Refusal::UnknownRate) => text.rate().is_none(),
            Event::PoolYears { .. } => true,
        }
    }

    fn apply(mut text: Self, event: &Event) -> Self {
        match event {
            Event::Quarter { gain, costs } => {
                let line = text.book.settle(&text.rates(), *gain, *costs).unwrap();
                text.lines.push(line);
                text.next = text.next.next();
            }
            Event::Rate { percent, status } => {
                let year = text.year();
                text.rates.truncate(year);
                text.rates.push((Percent::new((*percent).into()), *status));
            }
            Event::PoolYears { tenths } => {
                text.book.set_pool_years(Decimal::new(*tenths, 1));
            }
            Event::Refused(_) => {}
        }
        text
    }
}

/// The exact ledger until its agreement changes, and its twin in doubles.
#[derive(Debug)]
struct Doors {
    ledger: Option<Ledger>,
    account: Option<Account>,
    known: KnownRates,
}

impl Doors {
    fn settle_account(&mut self, text: &Text, gain: Decimal, costs: Decimal) {
        let line = text.lines.last().unwrap();
        let (consumption, cap) = (line.consumption.to_double(), line.pool_cap.to_double());
        let (capital, pool) =
            (text.terms.initial_capital().to_double(), text.terms.initial_pool().to_double());
        let account = self.account.get_or_insert_with(|| Account::new(capital, pool, cap).unwrap());
        let settled = account.settle(gain.to_double(), costs.to_double(), consumption, cap).unwrap();
        let near = |name, exact: Decimal, double: f64| {
            let difference = (exact.to_double() - double).abs();
            assert!(difference <= 1e-11 * capital, "{name}: {exact} exactly, {double} in doubles");
        };
        near("excess", line.excess, settled.excess);
        near("headroom", line.headroom, settled.headroom);
        near("reinvested", line.reinvested, settled.reinvested);
        near("withdrawn", line.withdrawn, settled.withdrawn);
        near("pool", line.pool, settled.pool);
        near("shortfall", line.shortfall, settled.shortfall);
        near("invested", line.invested_capital, settled.invested);
        near("invested now", line.invested_capital, account.invested());
        near("pool now", line.pool, account.pool());
        near("headroom now", line.pool_cap - line.pool, account.headroom());
        assert!(
            (gain - costs).abs() < dec!(0.0001) || line.halted == settled.halted,
            "halted in one door only"
        );
    }
}

impl StateMachineTest for Doors {
    type SystemUnderTest = Self;
    type Reference = Text;

    fn init_test(text: &Text) -> Self {
        let known = KnownRates::new(text.first.year());
        Self { ledger: Some(Ledger::new(text.terms, text.first)), account: None, known }
    }

    fn apply(mut doors: Self, text: &Text, event: Event) -> Self {
        match event {
            Event::Quarter { gain, costs } => {
                if let Some(ledger) = &mut doors.ledger {
                    // Three kinds of cost that add up, one of them a rebate now and then.
                    let (commission, fx) = (costs / dec!(2), costs / dec!(4));
                    let slippage = costs - commission - fx;
                    let quarter = ledger.next_quarter();
                    let figures = QuarterFigures { quarter, gain, commission, slippage, fx };
                    let entry = ledger.settle(&figures, &doors.known).unwrap();
                    assert_eq!(BookLine::from(&entry), *text.lines.last().unwrap(), "{quarter}");
                    assert_eq!(Some((entry.rate, entry.rate_status)), text.rates.last().copied());
                }
                doors.settle_account(text, gain, costs);
            }
            Event::Rate { percent, status } => {
                let year = Year::new(text.next.year().number());
                doors.known.set(year, Percent::new(percent.into()), status).unwrap();
            }
            Event::PoolYears { .. } => doors.ledger = None,
            Event::Refused(refusal) => doors.refuse(refusal),
        }
        doors
    }

    fn check_invariants(doors: &Self, text: &Text) {
        let Some(ledger) = &doors.ledger else { return };
        let sum = |of: fn(&BookLine) -> Decimal| text.lines.iter().map(of).sum::<Decimal>();
        let entries: Vec<BookLine> = ledger.entries().iter().map(BookLine::from).collect();
        assert_eq!(entries, text.lines, "what was settled stays as it was");
        assert_eq!(ledger.next_quarter(), text.next);
        let grown = ledger.pool() - text.terms.initial_pool();
        let used =
            sum(|line| line.consumption) + sum(|line| line.reinvested) + grown - sum(|line| line.shortfall);
        assert_eq!(
            entries.iter().map(|line| line.withdrawn).sum::<Decimal>(),
            used,
            "money appeared or vanished"
        );
        assert_eq!(
            ledger.invested_capital(),
            text.terms.initial_capital() + sum(|line| line.reinvested),
            "invested capital is the initial one and all that was reinvested"
        );
        assert!(ledger.pool() >= Decimal::ZERO);
        let (mut pool, mut cap) = (text.terms.initial_pool(), None);
        for line in &entries {
            assert!(line.pool <= pool.max(cap.unwrap_or(line.pool_cap)), "the pool grew above its cap");
            assert!(line.shortfall.is_zero() || line.pool.is_zero(), "short while the pool has money");
            assert_eq!(line.halted, line.withdrawn.is_zero(), "halted exactly when nothing is withdrawn");
            assert!(line.reinvested >= Decimal::ZERO, "capital never comes back out");
            (pool, cap) = (line.pool, Some(line.pool_cap));
        }
    }
}

impl Doors {
    /// A refused quarter leaves the ledger as it was.
    fn refuse(&mut self, refusal: Refusal) {
        let Some(ledger) = &mut self.ledger else { return };
        let before = ledger.clone();
        let nothing = Decimal::ZERO;
        let quarter = ledger.next_quarter();
        let plain =
            QuarterFigures { quarter, gain: dec!(1), commission: nothing, slippage: nothing, fx: nothing };
        let figures = match refusal {
            Refusal::UnknownRate => plain,
            Refusal::WrongQuarter => QuarterFigures { quarter: quarter.next(), ..plain },
            Refusal::TooFine => QuarterFigures { gain: dec!(0.000000000000001), ..plain },
            Refusal::TooLarge => QuarterFigures { slippage: dec!(10000000000001), ..plain },
        };
        let error = ledger.settle(&figures, &self.known).unwrap_err();
        let named = match refusal {
            Refusal::UnknownRate => matches!(error, CashflowError::MissingRate { .. }),
            Refusal::WrongQuarter => matches!(error, CashflowError::Order { .. }),
            Refusal::TooFine | Refusal::TooLarge => matches!(error, CashflowError::Amount { .. }),
        };
        assert!(named, "{refusal:?} was refused for another reason: {error}");
        assert_eq!(*ledger, before, "a refused quarter left a trace");
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(0),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Events one after another, checked against the text after each.
    #[test]
    fn the_ledger_and_its_twin_follow_the_text(sequential 1..40 => Doors);
}
