//! Small tables, for somebody who has to understand a case.

use std::fmt;

use crate::{Series, World, edit::rounded};

/// Columns under headings, numbers to the right. A column of one value throughout becomes a line of its own.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<String>,
    columns: Vec<(String, Vec<String>)>,
    lines: Vec<String>,
}

impl Table {
    pub(crate) fn new(heading: &str, rows: Vec<String>) -> Self {
        Self { columns: vec![(heading.to_owned(), Vec::new())], rows, lines: Vec::new() }
    }

    pub(crate) fn column(&mut self, heading: String, cells: Vec<String>) {
        self.columns.push((heading, cells));
    }

    /// A column; in one line when all of its values are the same.
    fn series(&mut self, heading: String, values: &Series) {
        let cells: Vec<String> = values.iter().map(|v| v.map_or("-".to_owned(), number)).collect();
        match cells.split_first() {
            Some((first, rest)) if rest.iter().all(|cell| cell == first) => {
                self.lines.push(format!("{heading}: {first} throughout"));
            }
            _ => self.column(heading, cells),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![String::new(); self.rows.len() + 1];
        for (place, (heading, cells)) in self.columns.iter().enumerate() {
            let cells = if place == 0 { &self.rows } else { cells };
            let all = || std::iter::once(heading).chain(cells);
            let width = all().map(|cell| cell.chars().count()).max().unwrap_or(0);
            for (line, cell) in lines.iter_mut().zip(all()) {
                let cell = if place == 0 { format!("{cell:width$}") } else { format!("  {cell:>width$}") };
                line.push_str(&cell);
            }
        }
        let lines: Vec<&str> =
            lines.iter().map(|l| l.trim_end()).chain(self.lines.iter().map(String::as_str)).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// A number as somebody would write it down: six digits that count.
pub(crate) fn number(x: f64) -> String {
    let x = rounded(x, 6);
    if x != 0.0 && x.abs() < 1e-6 { format!("{x:e}") } else { x.to_string() }
}

/// Numbers in one line.
pub(crate) fn numbers(values: &[f64]) -> String {
    let all: Vec<String> = values.iter().map(|x| number(*x)).collect();
    format!("[{}]", all.join(", "))
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table =
            Table::new("month", (0..self.months()).map(|row| self.month(row).to_string()).collect());
        for asset in &self.assets {
            // Always a column: prices are what a case is about.
            let cells = asset.prices.iter().map(|p| p.map_or("-".to_owned(), number)).collect();
            table.column(format!("{} {}", asset.id, asset.currency), cells);
        }
        for (currency, series) in &self.spots {
            table.series(format!("{}/{currency}", Self::BASE), series);
        }
        for (currency, series) in &self.short_rates {
            table.series(format!("rate {currency}"), series);
        }
        for (currency, series) in &self.consumer_prices {
            table.series(format!("cpi {currency}"), series);
        }
        for (name, series) in &self.statistics {
            table.series(name.clone(), series);
        }
        write!(f, "{table}")?;
        if self.indicators.iter().flatten().any(|x| !x.is_zero()) {
            let years: Vec<String> = (self.first.year().number()..)
                .zip(&self.indicators)
                .map(|(year, five)| format!("{year} {}", five.map(|x| x.to_string()).join(" ")))
                .collect();
            write!(f, "\nindicators in percent: {}", years.join("; "))?;
        }
        Ok(())
    }
}
