use super::{
    OfficialSeries, name, number,
    number::{Notation, Style},
    sheet::Sheet,
};
use crate::{MarketError, ReferencePeriod};

const FIGURE: Notation =
    Notation { missing: &["", "NaN"], style: Style::Exponent, rule: "a number, an empty field or NaN" };

/// One line a series, described by columns that differ from release to release: in 2022 a column has code and label,
/// `JP:Japan`, since 2026 each has a column of its own and the column of the key has another heading.
struct Columns {
    frequency: usize,
    area: usize,
    unit: Option<(usize, usize)>,
    title: Option<usize>,
    compilation: Option<usize>,
    key: usize,
    periods: Vec<(usize, ReferencePeriod)>,
}

pub(super) fn read(sheet: &Sheet<'_>) -> Result<Vec<OfficialSeries>, MarketError> {
    let columns = Columns::find(sheet)?;
    let mut read = Vec::new();
    for row in 1..sheet.end(|_| false) {
        sheet.check_width(row, 0)?;
        let mut series = columns.series(sheet, row)?;
        let level = name::is_level(&series);
        for (column, period) in &columns.periods {
            let heading = sheet.cell(0, *column);
            if let Some(value) = sheet.number(row, *column, heading, FIGURE, level)?
                && !series.push(*period, value)
            {
                let rule = "under a period of the kind of the others of its line, and later";
                return Err(sheet.field(row, heading, sheet.cell(row, *column), rule));
            }
        }
        read.push(series);
    }
    if let Some(again) = name::repeated(&read) {
        return Err(sheet.field(
            again + 1,
            sheet.cell(0, columns.key),
            sheet.cell(again + 1, columns.key),
            "a key of its own",
        ));
    }
    if read.is_empty() {
        return Err(sheet.layout(0, "headings and no series".to_owned(), "a line a series"));
    }
    Ok(read)
}

impl Columns {
    fn find(sheet: &Sheet<'_>) -> Result<Self, MarketError> {
        let place =
            |names: &[&str]| names.iter().find_map(|name| sheet.cells(0).position(|cell| cell == *name));
        let need = |names: &[&str]| {
            let found = || format!("no heading {}", names.join(" or "));
            place(names).ok_or_else(|| sheet.layout(0, found(), "the columns of a bulk file of the BIS"))
        };
        let key = need(&["Series", "Time Period"])?;
        let mut periods = Vec::new();
        for (column, cell) in sheet.cells(0).enumerate().skip(key + 1) {
            let period =
                cell.parse().map_err(|_| sheet.heading(0, column, "a period such as 2024-12 or 2024"))?;
            periods.push((column, period));
        }
        Ok(Self {
            frequency: need(&["FREQ", "Frequency"])?,
            area: need(&["REF_AREA", "Reference area"])?,
            unit: place(&["UNIT_MEASURE", "Unit of measure"]).zip(place(&["Unit of measure"])),
            title: place(&["TITLE", "Title", "TITLE_TS", "Title (tseries level)"]),
            compilation: place(&["COMPILATION", "Compilation"]),
            key,
            periods,
        })
    }

    fn series(&self, sheet: &Sheet<'_>, row: usize) -> Result<OfficialSeries, MarketError> {
        let code = |column| sheet.cell(row, column).split(':').next().unwrap_or_default();
        let key = sheet.cell(row, self.key);
        let refuse = |rule| sheet.field(row, sheet.cell(0, self.key), key, rule);
        let (frequency, area) = (code(self.frequency), code(self.area));
        let unit = self.unit.map(|(unit, label)| (code(unit), sheet.cell(row, label)));
        // The file does not name its data set; the dimensions of the keys do. 628 is an index, 771 a change in a year.
        let (set, unit) = match (key.split(':').collect::<Vec<_>>().as_slice(), unit) {
            ([f, a, u], Some((unit, label)))
                if (*f, *a, *u) == (frequency, area, unit) && ["628", "771"].contains(u) =>
            {
                let text = label.strip_prefix(unit).and_then(|rest| rest.strip_prefix(':')).unwrap_or(label);
                ("bis_long_cpi", number::base(text).unwrap_or_else(|| text.to_owned()))
            }
            ([f, a], _) if (*f, *a) == (frequency, area) && self.compilation.is_some() => {
                ("bis_cbpol", "percent".to_owned())
            }
            _ => {
                return Err(refuse(
                    "M:JP:628 (consumer prices) or M:JP (policy rates), as the columns before say",
                ));
            }
        };
        let id = name::generic(set, key).map_err(|_| refuse("a key such as M:JP:628"))?;
        let title = self.title.map_or("", |column| sheet.cell(row, column));
        Ok(OfficialSeries::new(id, key).with_title(title).with_unit(Some(&unit)))
    }
}
