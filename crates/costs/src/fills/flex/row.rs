use std::borrow::Cow;

use allweather_core::{Currency, Money};
use rust_decimal::Decimal;

use super::names::place;
use crate::fills::FillsError;
use crate::fills::day::{DAY_RULE, Moment, moment};
use crate::fills::number::{Mark, NUMBER_RULE, number};
use crate::fills::place::Place;

/// What stands where nothing is told.
const NOTHING: [&str; 5] = ["", "-", "--", "N/A", "n/a"];

/// One element: those of its attributes that its kind of row has.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) place: Place<'a>,
    pub(super) element: &'a str,
    names: &'static [&'static str],
    /// By the places of the names.
    values: Vec<Option<Cow<'a, str>>>,
}

impl<'a> Row<'a> {
    pub(super) fn new(place: Place<'a>, element: &'a str, names: &'static [&'static str]) -> Self {
        Self { place, element, names, values: vec![None; names.len()] }
    }

    /// Takes the `nth` attribute in; `false` when rows of this kind have none of that name. Rows have their attributes in one order:
    /// `places` remembers where the last row's went.
    pub(super) fn set(
        &mut self,
        nth: usize,
        name: &str,
        value: Cow<'a, str>,
        places: &mut Vec<usize>,
    ) -> Result<bool, FillsError> {
        let guess = places.get(nth).copied().filter(|at| self.names.get(*at) == Some(&name));
        let Some(at) = guess.or_else(|| place(self.names, name)) else { return Ok(false) };
        if guess.is_none() {
            places.resize(places.len().max(nth + 1), usize::MAX);
            if let Some(slot) = places.get_mut(nth) {
                *slot = at;
            }
        }
        let Some(slot) = self.values.get_mut(at) else { return Ok(false) };
        if slot.is_some() {
            return Err(self.place.field(self.element, name, &value, "must stand there once"));
        }
        *slot = Some(value);
        Ok(true)
    }

    /// The text of an attribute, `None` when it is not there, empty or a dash.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let at = place(self.names, name);
        debug_assert!(at.is_some(), "{name} is no name of {}", self.element);
        let text = self.values.get(at?)?.as_deref()?.trim();
        (!NOTHING.contains(&text)).then_some(text)
    }

    /// The first of these attributes that is told, with its name.
    pub(super) fn first(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names.iter().find_map(|name| Some((*name, self.text(name)?)))
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn refused(&self, name: &str, rule: &'static str) -> FillsError {
        self.place.field(self.element, name, self.text(name).unwrap_or_default(), rule)
    }

    pub(super) fn required(
        &self,
        names: &[&'static str],
        rule: &'static str,
    ) -> Result<(&'static str, &str), FillsError> {
        self.first(names)
            .ok_or_else(|| self.place.missing(self.element, names.first().copied().unwrap_or_default(), rule))
    }

    pub(super) fn decimal(&self, names: &[&'static str]) -> Result<Option<Decimal>, FillsError> {
        let Some((name, text)) = self.first(names) else { return Ok(None) };
        number(text, Mark::Point).map(Some).ok_or_else(|| self.refused(name, NUMBER_RULE))
    }

    pub(super) fn required_decimal(
        &self,
        names: &[&'static str],
        rule: &'static str,
    ) -> Result<Decimal, FillsError> {
        self.required(names, rule)?;
        Ok(self.decimal(names)?.unwrap_or_default())
    }

    pub(super) fn money(&self, name: &'static str, currency: Currency) -> Result<Option<Money>, FillsError> {
        Ok(self.decimal(&[name])?.map(|amount| Money::new(amount, currency)))
    }

    pub(super) fn currency(&self, names: &[&'static str]) -> Result<Option<Currency>, FillsError> {
        let Some((name, text)) = self.first(names) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.refused(name, "a currency is three capital letters"))
    }

    pub(super) fn required_currency(&self, name: &'static str) -> Result<Currency, FillsError> {
        let missing = || self.place.missing(self.element, name, "an amount has a currency");
        self.currency(&[name])?.ok_or_else(missing)
    }

    pub(super) fn moment(&self, names: &[&'static str]) -> Result<Option<Moment>, FillsError> {
        let Some((name, text)) = self.first(names) else { return Ok(None) };
        moment(text).map(Some).ok_or_else(|| self.refused(name, DAY_RULE))
    }
}
