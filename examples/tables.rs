//! Tables of the examples that run many paths: numbers to the right, two blanks between columns, no lines.

use comfy_table::{CellAlignment, Table, presets};

pub(crate) fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table
}

pub(crate) fn aligned(mut table: Table) -> Table {
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if place == 0 { 0 } else { 2 }, 0));
        column.set_cell_alignment(if place == 0 { CellAlignment::Left } else { CellAlignment::Right });
    }
    table
}
