use std::num::NonZeroU16;

use chrono::{Datelike, Days, NaiveDate};

use crate::{
    Candidate, ContentHash, Entry, Iteration, IterationsError, Review, Standing,
    line::{self, Draft},
};

/// Every version of the model and every review, in the order of their records; it only grows.
///
/// Each record is hashed together with the hash of the record before it, so that the last hash, [`Ledger::head`], stands for all of
/// them. Whoever has an old head can tell whether this ledger still has that past: [`Ledger::verify_head`].
///
/// # Why no model can be back-dated
///
/// 1. **By type.** No function takes the day from which a model is in force. [`Ledger::adopt`] counts it forward from the day of the record by
///    a number of days that cannot be nought; the data's day comes from the [`AsOf`](allweather_market::AsOf) that the model was
///    made from. No record can be made, changed or removed in any other way: there is no mutable access, and no record is deserialized
///    but with the whole chain.
/// 2. **By order.** A record's day is not before that of the record before it, nor before its data's; a model is in force later than the one
///    before it.
/// 3. **By hash.** A past record that is changed, taken out, put in or moved no longer fits the chain, and is named.
///
/// What no type can know is which day it is: there is no clock here. Whoever gives a false day of record can choose one between the
/// last record and now. And whoever holds the only copy can write the whole chain anew. Both end where a head was published: what was recorded before
/// it is fixed, and a day of record before the day of publication, on a record that the published head does not cover, is
/// false on its face.
///
/// ```
/// use std::num::NonZeroU16;
/// use allweather_core::{Currency, Weights};
/// use allweather_iterations::{Candidate, Ledger, Standing};
/// use allweather_market::{Market, PricePanel};
/// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2023-12,100,100\n2024-01,101,99\n")?;
/// let market = Market::new(Currency::JPY, prices);
/// let day = |text: &str| text.parse();
/// let model = |on, a, b| -> Result<_, Box<dyn std::error::Error>> {
///     let universe = vec!["a".parse()?, "b".parse()?];
///     Ok(Candidate::new(market.as_of(on), "{}", universe, Weights::new(vec![a, b])?, "")?)
/// };
/// let mut ledger = Ledger::new();
/// ledger.adopt(model(day("2023-12-31")?, 0.6, 0.4)?, day("2024-01-10")?, NonZeroU16::MIN)?;
/// let published = ledger.head();
/// ledger.keep(day("2024-12-20")?, "nothing new")?;
/// ledger.adopt(model(day("2024-12-31")?, 0.7, 0.3)?, day("2025-01-10")?, NonZeroU16::MIN)?;
///
/// assert_eq!(ledger.in_force(day("2025-01-10")?).map(|it| it.name()), Some("ITRL 1".into()));
/// assert_eq!(ledger.in_force(day("2025-01-11")?).map(|it| it.name()), Some("ITRL 2".into()));
/// assert_eq!(ledger.standing(2, day("2024-06-30")?), Some(Standing::History));
/// assert_eq!(ledger.verify_head(published)?, 1); // it was the head after one record
/// assert!(ledger.adopt(model(day("2024-12-31")?, 0.5, 0.5)?, day("2024-12-31")?, NonZeroU16::MIN).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §7: iterations are reviewed once a year or more, and past results are not adjusted to newer weights. The chain is
/// that of Haber and Stornetta, How to time-stamp a digital document, 1991.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

/// An iteration with the days on which it is in force.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct InForce<'a> {
    /// The iteration.
    pub iteration: &'a Iteration,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day; `None` while no other is to follow.
    pub until: Option<NaiveDate>,
}

/// A review that came later than a year after the one before, or has not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LateReview {
    /// The last day on which it would have been in time.
    pub due: NaiveDate,
    /// The day on which it was done; `None` while it is not.
    pub done: Option<NaiveDate>,
}

impl Ledger {
    /// A ledger without records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adopts a model, recorded on `today`, in force from so many days later, and numbers it.
    ///
    /// # Errors
    ///
    /// [`IterationsError::RecordedBefore`] when there is a record of a later day, [`IterationsError::DataAfter`] when the model's data go
    /// beyond `today`, [`IterationsError::AdoptedBefore`] when another model is to be in force on the same day or later,
    /// [`IterationsError::Calendar`] for days outside the years 1 to 9999. The ledger is as it was then.
    pub fn adopt(
        &mut self,
        model: Candidate,
        today: NaiveDate,
        days_ahead: NonZeroU16,
    ) -> Result<&Iteration, IterationsError> {
        let adopted_from = today.checked_add_days(Days::new(days_ahead.get().into()));
        let adopted_from = adopted_from.ok_or(IterationsError::Calendar { date: today })?;
        let number = self.next_number();
        self.push(Draft::Adoption { number, recorded_on: today, adopted_from, model })?;
        self.iterations().last().ok_or(IterationsError::NothingToKeep)
    }

    /// Records a review on `today` that keeps the model that was adopted last.
    ///
    /// # Errors
    ///
    /// [`IterationsError::NothingToKeep`] before the first model, [`IterationsError::RecordedBefore`] when there is a record of a
    /// later day, [`IterationsError::Calendar`] for a day outside the years 1 to 9999. The ledger is as it was then.
    pub fn keep(&mut self, today: NaiveDate, note: &str) -> Result<&Review, IterationsError> {
        let kept = self.next_number() - 1;
        self.push(Draft::Review { kept, recorded_on: today, note: note.to_owned() })?;
        match self.entries.last() {
            Some(Entry::Review(review)) => Ok(review),
            _ => Err(IterationsError::NothingToKeep),
        }
    }

    /// The one door by which records come in, new ones and those of a file.
    pub(crate) fn push(&mut self, draft: Draft) -> Result<&Entry, IterationsError> {
        let next = self.next_number();
        // The day of the record first: what else is wrong follows from it.
        let recorded_on = draft.recorded_on();
        if let Some(before) = self.entries.last().map(Entry::recorded_on)
            && recorded_on < before
        {
            return Err(IterationsError::RecordedBefore { recorded_on, before });
        }
        let until = match &draft {
            Draft::Adoption { number, adopted_from, model, .. } => {
                let adopted_from = *adopted_from;
                if *number != next {
                    return Err(IterationsError::Number { found: *number, expected: next });
                }
                if adopted_from <= recorded_on {
                    return Err(IterationsError::BackDated { recorded_on, adopted_from });
                }
                let data_as_of = model.data_as_of;
                in_calendar(data_as_of)?;
                if data_as_of > recorded_on {
                    return Err(IterationsError::DataAfter { recorded_on, data_as_of });
                }
                if let Some(before) = self.iterations().last().map(Iteration::adopted_from)
                    && adopted_from <= before
                {
                    return Err(IterationsError::AdoptedBefore { adopted_from, before });
                }
                adopted_from
            }
            Draft::Review { kept, .. } => {
                if next == 1 {
                    return Err(IterationsError::NothingToKeep);
                }
                if *kept != next - 1 {
                    return Err(IterationsError::Number { found: *kept, expected: next - 1 });
                }
                recorded_on
            }
        };
        in_calendar(recorded_on)?;
        in_calendar(until)?;
        self.entries.push(draft.seal(self.head()));
        self.entries.last().ok_or(IterationsError::NothingToKeep)
    }

    fn next_number(&self) -> u32 {
        // A ledger of 2³² models would not fit a machine.
        u32::try_from(self.iterations().count() + 1).unwrap_or(u32::MAX)
    }

    /// All records, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The versions of the model, in order.
    #[must_use = "iterators do nothing unless consumed"]
    pub fn iterations(&self) -> impl Iterator<Item = &Iteration> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Adoption(iteration) => Some(iteration),
            Entry::Review(_) => None,
        })
    }

    /// The iteration of a number, from 1.
    #[must_use]
    pub fn iteration(&self, number: u32) -> Option<&Iteration> {
        self.iterations().find(|iteration| iteration.number == number)
    }

    /// What is in force on a day; `None` before the first.
    #[must_use]
    pub fn in_force(&self, date: NaiveDate) -> Option<&Iteration> {
        self.iterations().take_while(|iteration| iteration.adopted_from <= date).last()
    }

    /// Who is in force from when until when, without a gap.
    #[must_use]
    pub fn chain(&self) -> Vec<InForce<'_>> {
        let mut chain: Vec<InForce<'_>> = Vec::new();
        for iteration in self.iterations() {
            let from = iteration.adopted_from;
            if let Some(before) = chain.last_mut() {
                before.until = from.pred_opt();
            }
            chain.push(InForce { iteration, from, until: None });
        }
        chain
    }

    /// What a figure of iteration `number` is, about a period that began on a day; `None` when there is no such iteration.
    #[must_use]
    pub fn standing(&self, number: u32, began: NaiveDate) -> Option<Standing> {
        let iteration = self.iteration(number)?;
        if began < iteration.adopted_from {
            return Some(Standing::History);
        }
        let in_force = self.in_force(began).is_some_and(|other| other.number == number);
        Some(if in_force { Standing::Live } else { Standing::Superseded })
    }

    /// The last day on which the next review is in time: a year after the last record, which was a review or led to one. `None`
    /// before the first.
    #[must_use]
    pub fn review_due(&self) -> Option<NaiveDate> {
        self.entries.last().map(Entry::review_due)
    }

    /// Whether a review is overdue on a day: the last record is more than a year old.
    ///
    /// # Source
    ///
    /// Published method, §7: once a year or more.
    #[must_use]
    pub fn overdue(&self, today: NaiveDate) -> bool {
        self.review_due().is_some_and(|due| due < today)
    }

    /// Every review that was late, and the one that is overdue on `today`.
    #[must_use]
    pub fn late_reviews(&self, today: NaiveDate) -> Vec<LateReview> {
        let next = self.entries.iter().skip(1).map(|entry| Some(entry.recorded_on())).chain([None]);
        let each =
            self.entries.iter().zip(next).map(|(entry, done)| LateReview { due: entry.review_due(), done });
        each.filter(|review| review.done.unwrap_or(today) > review.due).collect()
    }

    /// The hash of the last record, and through it of all; without records, of the title alone. Publish it, with its day, where you cannot
    /// take it back: it pins the past.
    #[must_use]
    pub fn head(&self) -> ContentHash {
        self.entries.last().map_or_else(Self::root, Entry::hash)
    }

    fn root() -> ContentHash {
        ContentHash::of(line::TITLE.as_bytes())
    }

    /// How many records the ledger had when `head` was its head: those records are unchanged since.
    ///
    /// # Errors
    ///
    /// [`IterationsError::UnknownHead`] when it never was: another ledger's, or this one's past was rewritten.
    pub fn verify_head(&self, head: ContentHash) -> Result<usize, IterationsError> {
        if head == Self::root() {
            return Ok(0);
        }
        let at = self.entries.iter().position(|entry| entry.hash() == head);
        at.map(|at| at + 1).ok_or(IterationsError::UnknownHead { head })
    }

    /// How many records were added since an older copy, all of whose records must still be here.
    ///
    /// # Errors
    ///
    /// [`IterationsError::Rewritten`] naming the first record of the copy that is not here as it was.
    pub fn added_since(&self, older: &Self) -> Result<usize, IterationsError> {
        for (at, entry) in older.entries.iter().enumerate() {
            let here = self.entries.get(at);
            if here.map(Entry::hash) != Some(entry.hash()) {
                let (record, found) = (entry.to_string(), here.map(ToString::to_string));
                return Err(IterationsError::Rewritten { position: at + 1, record, found });
            }
        }
        Ok(self.entries.len() - older.entries.len())
    }
}

fn in_calendar(date: NaiveDate) -> Result<(), IterationsError> {
    if (1..=9999).contains(&date.year()) { Ok(()) } else { Err(IterationsError::Calendar { date }) }
}
