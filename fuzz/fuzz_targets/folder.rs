#![no_main]

use std::{fs, path::PathBuf, sync::LazyLock};

use allweather_data::read_folder;
use allweather_market::Vintages;
use allweather_rfr::RateRules;
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};

/// Small files of each kind; the text takes the place of the one whose first word it has.
const FILES: [(&str, &str, &str); 9] = [
    ("month,gold_usd", "assets_month_end.csv", "month,gold_usd\n2022-11,1\n2022-12,2\n2023-01,2\n"),
    ("month,usd", "fx_month_end.csv", "month,usd\n2022-11,140\n2022-12,131\n2023-01,130\n"),
    ("month,currency", "short_rates_monthly.csv", "month,currency,rate_pct,basis\n2022-11,JPY,0.1,x\n"),
    ("month,jpy", "cpi_by_currency.csv", "month,jpy,aud\n2022-10,100,99\n2022-11,100.5,\n"),
    (
        "month,y1_pct",
        "jgb_yields_month_end.csv",
        "month,y1_pct,y2_pct,y5_pct,y9_pct,y10_pct,y20_pct\n2022-11,0,0,0,0,0.25,1\n2022-12,0,0,0.2,,0.4,1\n",
    ),
    (
        "year,",
        "rfr_indicators.csv",
        "year,jgb10y_pct,jgb9y_pct,cpi_dec,cgpi_dec,gdp_deflator_q4,reer_dec\n2021,0.07,,100,100,100,70\n2022,0.4,,104,110,101,75\n",
    ),
    ("month,", "macro_monthly.csv", "month,jp_iip\n2022-10,95\n2022-11,96\n"),
    ("country,", "recession_dates.csv", "country,dater,peak,trough\nJP,ESRI,2018-10,2020-05\n"),
    (
        "allweather vintages",
        "statistics.vintages",
        "allweather vintages, form 1\nvintage,jp_iip,2023-01-31,stated,2015=100,2022-10,2022-11,office\n2022-10,95.5\n2022-11,95.9\nend,4\n",
    ),
];

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("allweather-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    for (_, file, text) in FILES {
        fs::write(folder.join(file), text).expect("a file");
    }
    read_folder(&folder).expect("a data set");
    folder
});

// One file of a folder is another one: the set is read whole, or the refusal names a file of it.
fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((_, file, text)) = FILES.into_iter().find(|(begins, ..)| bytes.starts_with(begins.as_bytes()))
    else {
        return Corpus::Reject;
    };
    let path = FOLDER.join(file);
    match std::str::from_utf8(bytes) {
        Ok(text) if file == "statistics.vintages" => fs::write(&path, allweather_fuzz::closed(text)),
        _ => fs::write(&path, bytes),
    }
    .expect("a file");
    let read = read_folder(&*FOLDER);
    fs::write(path, text).expect("a file");
    match read {
        Ok(data) => {
            let _ = data.market.gaps();
            let rates = data.rates(&RateRules::default());
            assert!(!rates.is_empty());
            assert!(data.recessions.iter().all(|r| r.trough.is_none_or(|trough| trough > r.peak)));
            let text = data.statistics.to_text();
            assert_eq!(Vintages::from_text("file", &text).map(|read| read.to_text()), Ok(text));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    allweather_fuzz::rows::mutate(data, size, max_size, seed)
});
