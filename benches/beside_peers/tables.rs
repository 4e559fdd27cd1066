//! The files of the peers' scripts.

use std::error::Error;
use std::fs;
use std::path::Path;

use allweather_core::Currency;
use allweather_market::{Market, PricePanel};
use ndarray::Array2;

/// Prices as a market in yen: their columns name no currency.
pub(crate) fn market(data: &Path, file: &str) -> Result<Market, Box<dyn Error>> {
    let text = fs::read_to_string(data.join(file))?;
    let (heading, rows) = text.split_once('\n').ok_or("a file of one line")?;
    let (first, assets) = heading.trim_end().split_once(',').ok_or("a heading of one column")?;
    let assets: Vec<String> = assets.split(',').map(|asset| format!("{asset}_jpy")).collect();
    let text = format!("{first},{}\n{rows}", assets.join(","));
    Ok(Market::new(Currency::JPY, PricePanel::from_csv(file, &text)?))
}

/// The numbers below the heading, `skipped` columns left out. Shape `[lines, columns]`.
pub(crate) fn numbers(data: &Path, file: &str, skipped: usize) -> Result<Array2<f64>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(data.join(file))?;
    let columns = reader.headers()?.len() - skipped;
    let (mut values, mut lines) = (Vec::new(), 0);
    for line in reader.records() {
        for value in line?.iter().skip(skipped) {
            values.push(value.parse()?);
        }
        lines += 1;
    }
    Ok(Array2::from_shape_vec((lines, columns), values)?)
}

/// The growth factors of the monthly prices' first columns. Shape `[months, assets]`.
pub(crate) fn monthly_growth(data: &Path, assets: usize) -> Result<Array2<f64>, Box<dyn Error>> {
    let prices = numbers(data, "monthly_prices_30.csv", 1)?;
    let of = |(t, i)| prices[(t + 1, i)] / prices[(t, i)];
    Ok(Array2::from_shape_fn((prices.nrows() - 1, assets), of))
}
