//! What a report shows is what the record says.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![expect(clippy::float_cmp, reason = "what is shown is the record's figure to the last bit")]

mod actual;
mod costs;
mod currency;
mod decisions;
mod estimates;
mod expenses;
mod holdings;
mod hostile;
mod iterations;
mod leverage;
mod rate;
mod returns;
mod runs;
mod site;
mod study;
mod taxes;
mod terms;
mod tournament;
mod weather;

use std::{fs, path::Path, sync::OnceLock};

use allweather_data::DataSet;
use allweather_portfolio::Record;
use allweather_report::{Report, Sources};

/// The main job with its data and its report, made once.
struct Main {
    data: DataSet,
    record: Record,
    report: Report,
}

/// A folder of one's own: the embedded files, to be changed.
fn embedded_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let embedded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/data");
    for entry in fs::read_dir(embedded).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

fn main_job() -> &'static Main {
    static MAIN: OnceLock<Main> = OnceLock::new();
    MAIN.get_or_init(|| {
        let data = allweather_data::embedded().unwrap();
        let record = data.simulate(&allweather_data::all_weather().unwrap()).unwrap();
        let report = Report::new(&record, &Sources::new(&data.market, &data.statistics)).unwrap();
        Main { data, record, report }
    })
}
