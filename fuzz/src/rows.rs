//! Changes of a table by rows and cells. Changes of single bytes alone seldom make a longer table that is still one.

use libfuzzer_sys::fuzzer_mutate;

type Row = Vec<Vec<u8>>;

/// A changed table, two times in three by a row or a cell, otherwise by bytes. As `fuzz_mutator!` wants it: the first `size`
/// bytes of `data` are the table, and what is returned is its new size.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) + 1);
    if random.below(3) > 0
        && let Some(bytes) = data.get(..size)
    {
        let mut rows: Vec<Row> = bytes.split(|b| *b == b'\n').map(cells).collect();
        change(&mut rows, &mut random);
        let changed = rows.iter().map(|row| row.join(&b',')).collect::<Vec<_>>().join(&b'\n');
        if !changed.is_empty() && changed.len() <= max_size {
            data[..changed.len()].copy_from_slice(&changed);
            return changed.len();
        }
    }
    fuzzer_mutate(data, size, max_size)
}

fn cells(row: &[u8]) -> Row {
    row.split(|b| *b == b',').map(<[u8]>::to_vec).collect()
}

fn change(rows: &mut Vec<Row>, random: &mut Random) {
    let (from, to) = (random.below(rows.len()), random.below(rows.len()));
    let cell = random.below(rows[from].len());
    let place = random.below(rows[to].len());
    match random.below(7) {
        // One row more, of the next period.
        0 | 1 => {
            let mut row = rows[from].clone();
            next(&mut row[0]);
            rows.insert(from + 1, row);
        }
        2 => next(&mut rows[from][cell]),
        3 => rows[to][place] = rows[from][cell].clone(),
        // One column more.
        4 => rows.iter_mut().filter(|row| row.len() > cell).for_each(|row| row.push(row[cell].clone())),
        5 => rows.swap(from, to),
        _ if rows.len() > 1 => drop(rows.remove(from)),
        _ => {}
    }
}

/// The last number of a cell goes up by one, and keeps its digits: `2024-09` becomes `2024-10`.
fn next(cell: &mut [u8]) {
    let digits = cell.iter_mut().rev().skip_while(|b| !b.is_ascii_digit()).take_while(|b| b.is_ascii_digit());
    for digit in digits {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

struct Random(u64);

impl Random {
    /// From 0 up to, but not including, `end`, which is above 0.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29;
        usize::try_from(self.0 >> 16).unwrap_or(0) % end.max(1)
    }
}
