//! The report's site in a real browser, opened from the disk as a reader opens it.
//!
//! The browser is `$ALLWEATHER_BROWSER`, or a chromium on the path. Without one the tests are skipped, and say so.
//! With `$ALLWEATHER_SCREENSHOTS` set to a folder, every page is photographed in both languages, themes and widths.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use allweather_data::DataSet;
use allweather_portfolio::Spec;
use allweather_report::{Language, Report, Sources};
use allweather_study::{Entrant, Study, StudySpec, Tournament, TournamentSpec, Variant};
use headless_chrome::{
    Browser, LaunchOptions, Tab,
    browser::tab::point::Point,
    protocol::cdp::{
        Emulation, Network, Page,
        types::{Event, JsFloat},
    },
};

/// A site on a disk, and a tab of a browser that keeps what goes wrong.
struct Reader {
    folder: tempfile::TempDir,
    report: Report,
    _browser: Browser,
    tab: Arc<Tab>,
    troubles: Arc<Mutex<Vec<String>>>,
}

fn browser() -> Option<PathBuf> {
    if let Some(named) = env::var_os("ALLWEATHER_BROWSER") {
        let path = PathBuf::from(named);
        assert!(path.is_file(), "ALLWEATHER_BROWSER names {}, which is no file", path.display());
        return Some(path);
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|p| p.is_file());
    if found.is_none() {
        // Past the test runner, which would keep it to itself.
        let _ = writeln!(io::stderr(), "skipped: no chromium on the path, and ALLWEATHER_BROWSER names none");
    }
    found
}

impl Reader {
    /// `None` where there is no browser.
    fn of(data: &DataSet, spec: &Spec) -> Option<Self> {
        Self::of_sources(data, spec, &Sources::new(&data.market, &data.statistics))
    }

    fn of_sources(data: &DataSet, spec: &Spec, sources: &Sources<'_>) -> Option<Self> {
        let path = browser()?;
        let record = data.simulate(spec).unwrap();
        let report = Report::new(&record, sources).unwrap();
        let folder = tempfile::tempdir().unwrap();
        report.site().unwrap().write(folder.path()).unwrap();
        // A container's root has no sandbox, and a closed network takes long to refuse what a browser asks of its maker.
        let args = [
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-component-update",
            "--disable-sync",
        ];
        let options = LaunchOptions::default_builder()
            .path(Some(path))
            .sandbox(false)
            .window_size(Some((1280, 900)))
            .idle_browser_timeout(Duration::from_secs(300))
            .args(args.iter().map(OsStr::new).collect())
            .build()
            .unwrap();
        let browser = Browser::new(options).unwrap();
        let tab = browser.new_tab().unwrap();
        tab.set_default_timeout(Duration::from_secs(60));
        let troubles = Arc::new(Mutex::new(Vec::new()));
        let (kept, own) = (Arc::clone(&troubles), format!("file://{}/", folder.path().display()));
        tab.add_event_listener(Arc::new(move |event: &Event| {
            let trouble = match event {
                Event::RuntimeConsoleAPICalled(call) => format!("console: {:?}", call.params.args),
                Event::RuntimeExceptionThrown(thrown) => {
                    format!("thrown: {:?}", thrown.params.exception_details)
                }
                Event::LogEntryAdded(entry) => format!("log: {}", entry.params.entry.text),
                Event::PageJavascriptDialogOpening(dialog) => format!("dialog: {}", dialog.params.message),
                Event::NetworkRequestWillBeSent(request) => {
                    let url = &request.params.request.url;
                    let at_home =
                        url.starts_with(&own) || url.starts_with("data:") || url.starts_with("blob:");
                    if at_home {
                        return;
                    }
                    format!("request: {url}")
                }
                _ => return,
            };
            kept.lock().unwrap().push(trouble);
        }))
        .unwrap();
        tab.enable_runtime().unwrap();
        tab.enable_log().unwrap();
        tab.call_method(Network::Enable {
            max_total_buffer_size: None,
            max_resource_buffer_size: None,
            max_post_data_size: None,
            report_direct_socket_traffic: None,
            enable_durable_messages: None,
        })
        .unwrap();
        Some(Self { folder, report, _browser: browser, tab, troubles })
    }

    fn main_job() -> Option<Self> {
        let data = allweather_data::embedded().unwrap();
        Self::of(&data, &allweather_data::all_weather().unwrap())
    }

    fn open(&self, page: &str) {
        let path = self.folder.path().join(page);
        assert!(path.is_file(), "{}", path.display());
        self.tab.navigate_to(&format!("file://{}", path.display())).unwrap().wait_until_navigated().unwrap();
        self.until("document.readyState === 'complete'");
    }

    /// Every page of every language.
    fn pages(&self) -> Vec<String> {
        let of = |folder: &'static str| {
            self.report.pages().iter().map(move |page| format!("{folder}{}.html", page.id))
        };
        of("").chain(of("ja/")).collect()
    }

    fn eval(&self, script: &str) -> String {
        self.answer(script).unwrap_or_else(|| panic!("no answer to {script}"))
    }

    /// `None` while one page makes room for the next.
    fn answer(&self, script: &str) -> Option<String> {
        let answer = self.tab.evaluate(&format!("String({script})"), true).ok()?;
        answer.value.and_then(|value| value.as_str().map(str::to_owned))
    }

    fn until(&self, script: &str) {
        let start = Instant::now();
        while self.answer(script).as_deref() != Some("true") {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "never true: {script}\n{:?}",
                self.troubles.lock()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Draws every plot of the page, as before printing.
    fn draw_all(&self) {
        self.eval("dispatchEvent(new Event('beforeprint'))");
        self.until("[...document.querySelectorAll('.canvas')].every(c => c.querySelector('.main-svg'))");
        self.eval("dispatchEvent(new Event('afterprint'))");
    }

    fn click(&self, selector: &str) {
        self.tab.wait_for_element(selector).unwrap().click().unwrap();
    }

    fn width(&self, width: u32, height: u32) {
        self.tab
            .call_method(Emulation::SetDeviceMetricsOverride {
                width,
                height,
                device_scale_factor: 1.0 as JsFloat,
                mobile: width < 600,
                scale: None,
                screen_width: None,
                screen_height: None,
                position_x: None,
                position_y: None,
                dont_set_visible_size: None,
                screen_orientation: None,
                viewport: None,
                display_feature: None,
                device_posture: None,
            })
            .unwrap();
    }

    fn no_troubles(&self, place: &str) {
        let troubles = self.troubles.lock().unwrap();
        assert!(troubles.is_empty(), "{place}: {troubles:#?}");
    }

    /// The whole page: the window is made as high as it.
    fn photograph(&self, to: &Path, width: u32) {
        let height: f64 = self.eval("document.documentElement.scrollHeight").parse().unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels of a page")]
        self.width(width, height as u32);
        self.until("[...document.querySelectorAll('.canvas')].every(c => c.querySelector('.main-svg'))");
        let format = Page::CaptureScreenshotFormatOption::Png;
        fs::write(to, self.tab.capture_screenshot(format, None, None, true).unwrap()).unwrap();
        self.width(width, 900);
    }
}

#[test]
fn every_page_loads_draws_and_asks_nobody_at_any_width() {
    let Some(reader) = Reader::main_job() else { return };
    looked_at(&reader, &reader.pages());
}

/// What specs and rules come to on many paths, with a name that tries to be markup.
#[test]
fn pages_of_many_runs_load_draw_and_ask_nobody_at_any_width() {
    let (data, spec) = (allweather_data::embedded().unwrap(), allweather_data::all_weather().unwrap());
    let hostile = "</script><img src=x onerror=window.hacked=1>";
    let variants =
        vec![Variant::new("plain", spec.clone()), Variant::new(hostile, spec.clone()).against("plain")];
    let many = StudySpec::new(variants, 4, 24).unwrap();
    let study = Study::new(&many, &data.market, &data.statistics).unwrap();
    let results = study.run(2, &|_| ()).unwrap();
    let rules = TournamentSpec::new(spec.clone(), vec![Entrant::never(), Entrant::monthly()], 2, 24).unwrap();
    let rules = rules.with_draws(99).unwrap();
    let standings = Tournament::new(&rules, &data.market, &data.statistics).unwrap().run(2, &|_| ()).unwrap();
    let sources = Sources::new(&data.market, &data.statistics);
    let sources = sources.with_study(&study, &results).with_tournament(&standings);
    let Some(reader) = Reader::of_sources(&data, &spec, &sources) else { return };
    let pages = ["study.html", "ja/study.html", "tournament.html", "ja/tournament.html"].map(str::to_owned);
    looked_at(&reader, &pages);
    reader.open("study.html");
    reader.draw_all();
    assert_eq!(reader.eval("window.hacked"), "undefined");
    // Each interval is drawn, and said with its value.
    let plot = "document.querySelector('#study_event_shares-figure')";
    let events = reader.report.table("study_events").unwrap().rows.len();
    assert_eq!(reader.eval(&format!("{plot}.querySelectorAll('.errorbar').length")), events.to_string());
    reader.eval(&format!("{plot}.querySelector('.canvas').focus()"));
    reader.tab.press_key("ArrowRight").unwrap();
    reader.until(&format!(
        "/plain: 0.00 % \\(0.00 % to [0-9.]+ %\\)/.test({plot}.querySelector('.readout').textContent)"
    ));
    reader.no_troubles("many runs");
}

/// Opens pages at a desk's and a telephone's width; where pictures are asked for, takes them.
fn looked_at(reader: &Reader, pages: &[String]) {
    let pictures = env::var_os("ALLWEATHER_SCREENSHOTS").map(PathBuf::from);
    for page in pages {
        reader.open(page);
        for width in [1280, 380] {
            reader.width(width, 900);
            reader.draw_all();
            reader.no_troubles(page);
            let overflow = reader.eval(
                "document.documentElement.scrollWidth <= innerWidth ? '' : [...document.querySelectorAll('main *')]\
                 .filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest('.scroll, pre, svg')).map(e => e.outerHTML.slice(0, 90)).join('\\n')",
            );
            assert_eq!(overflow, "", "{page} is wider than {width} px");
            let Some(folder) = &pictures else { continue };
            fs::create_dir_all(folder).unwrap();
            for theme in ["light", "dark"] {
                if reader.eval("document.getElementById('theme').getAttribute('aria-pressed')")
                    != (theme == "dark").to_string()
                {
                    reader.eval("document.getElementById('theme').click()");
                }
                let name = page.replace('/', "-").replace(".html", "");
                reader.photograph(&folder.join(format!("{name}-{width}-{theme}.png")), width);
            }
            reader.eval("localStorage.clear()");
        }
    }
}

#[test]
fn the_language_switch_leads_to_the_same_place_and_back() {
    let Some(reader) = Reader::main_job() else { return };
    reader.open("index.html");
    assert_eq!(reader.eval("document.documentElement.lang"), "en");
    reader.eval("location.hash = 'drawdowns'");
    reader.click("#language");
    reader.until("document.documentElement.lang === 'ja' && document.readyState === 'complete'");
    assert!(
        reader.eval("location.href").ends_with("/ja/index.html#drawdowns"),
        "{}",
        reader.eval("location.href")
    );
    assert_eq!(reader.eval("document.querySelector('h1').textContent"), "概要");
    reader.click("#language");
    reader.until("document.documentElement.lang === 'en' && document.readyState === 'complete'");
    assert!(!reader.eval("location.href").contains("/ja/"));
    reader.no_troubles("switching");
}

#[test]
fn the_theme_is_the_systems_until_the_reader_chooses_and_then_stays() {
    let Some(reader) = Reader::main_job() else { return };
    let system = |scheme: &str| {
        let feature =
            Emulation::MediaFeature { name: "prefers-color-scheme".to_owned(), value: scheme.to_owned() };
        reader
            .tab
            .call_method(Emulation::SetEmulatedMedia { media: None, features: Some(vec![feature]) })
            .unwrap();
    };
    let paper = || reader.eval("getComputedStyle(document.body).backgroundColor");
    system("light");
    reader.open("index.html");
    reader.draw_all();
    let light = paper();
    let ink = "getComputedStyle(document.querySelector('#growth-figure .xtick text')).fill";
    let light_ink = reader.eval(ink);
    system("dark");
    reader.until(&format!("getComputedStyle(document.body).backgroundColor !== '{light}'"));
    let dark = paper();
    // The plots follow.
    reader.until(&format!("{ink} !== '{light_ink}'"));
    reader.click("#theme");
    assert_eq!(paper(), light);
    reader.open("returns.html");
    assert_eq!(paper(), light, "the choice holds on the next page");
    reader.click("#theme");
    assert_eq!(paper(), dark);
    reader.no_troubles("themes");
}

#[test]
fn tables_sort_by_their_unrounded_figures_and_back() {
    let Some(reader) = Reader::main_job() else { return };
    reader.open("index.html");
    let column = "[...document.querySelectorAll('table[data-id=drawdowns] tbody tr')].map(r => r.cells[4].textContent.trim())";
    let places = || reader.eval(&format!("{column}.join()"));
    let before = places();
    let ascending = format!("{column}.every((v, i, all) => i === 0 || Number(all[i - 1]) <= Number(v))");
    let descending = ascending.replace("<=", ">=");
    let head = "table[data-id=drawdowns] th[data-column=periods] button";
    reader.click(head);
    assert_eq!(reader.eval(&ascending), "true", "{}", places());
    assert_eq!(
        reader.eval("document.querySelector('th[data-column=periods]').getAttribute('aria-sort')"),
        "ascending"
    );
    // With the keyboard alone.
    reader.tab.find_element(head).unwrap().focus().unwrap();
    reader.tab.press_key("Enter").unwrap();
    assert_eq!(reader.eval(&descending), "true", "{}", places());
    reader.tab.press_key("Enter").unwrap();
    assert_eq!(places(), before);
    // What is missing comes last, whichever way.
    for _ in 0..2 {
        reader.click("table[data-id=drawdowns] th[data-column=recovery] button");
        assert_eq!(reader.eval("[...document.querySelectorAll('table[data-id=drawdowns] tbody tr')].at(-1).cells[3].firstChild.textContent.trim()"), "—");
    }
    reader.no_troubles("sorting");
}

#[test]
fn the_decisions_are_searched_by_any_of_their_words() {
    let Some(reader) = Reader::main_job() else { return };
    reader.open("decisions.html");
    let all = reader.report.table("decisions").unwrap().rows.len();
    let shown = "document.querySelectorAll('#decisions-table tbody tr:not([hidden])').length";
    assert_eq!(reader.eval(shown), all.to_string());
    reader.click("#decisions-search");
    reader.tab.type_str("1987-0 first").unwrap();
    assert_eq!(reader.eval(shown), "0");
    let output = "document.getElementById('decisions-count').textContent";
    assert_eq!(reader.eval(output), format!("0 of {all} rows"));
    reader.eval("document.getElementById('decisions-search').value = ''");
    reader.tab.type_str("1987-0").unwrap();
    assert_eq!(reader.eval(shown), "9");
    assert_eq!(reader.eval(output), format!("9 of {all} rows"));
    reader.no_troubles("searching");
}

#[test]
fn a_plot_answers_to_the_mouse_and_to_the_keyboard() {
    let Some(reader) = Reader::main_job() else { return };
    reader.open("index.html");
    reader.draw_all();
    reader.eval("document.querySelector('#growth-figure .canvas').scrollIntoView({block: 'center', behavior: 'instant'})");
    let middle = |axis: &str, of: &str| -> f64 {
        let script = format!(
            "(b => b.{axis} + b.{of} / 2)(document.querySelector('#growth-figure .canvas').getBoundingClientRect())"
        );
        reader.eval(&script).parse().unwrap()
    };
    reader.tab.move_mouse_to_point(Point { x: middle("x", "width"), y: middle("y", "height") }).unwrap();
    reader.until("document.querySelector('#growth-figure .hoverlayer .legend') !== null");
    let label = reader.eval("document.querySelector('#growth-figure .hoverlayer').textContent");
    assert!(label.contains("portfolio") && label.contains("prescribed rate + 4 %"), "{label}");
    // The last point, by its key; what is said aloud is the record's figure.
    reader.eval("document.querySelector('#growth-figure .canvas').focus()");
    reader.tab.press_key("ArrowLeft").unwrap();
    let last = reader.report.pages()[0].figures().next().unwrap().series[0]
        .values
        .last()
        .copied()
        .flatten()
        .unwrap();
    let readout = "document.querySelector('#growth-figure .readout').textContent";
    reader.until(&format!("{readout}.includes('2025-12-31')"));
    let said = reader.eval(readout);
    assert!(said.contains(&format!("portfolio: {last:.2}")), "{said} against {last}");
    reader.no_troubles("hovering");
}

/// Months and years of a plot are in the language of its page, without a request for them.
#[test]
fn a_plot_speaks_the_language_of_its_page() {
    let Some(reader) = Reader::main_job() else { return };
    let canvas = "document.querySelector('#growth-figure .canvas')";
    for (path, month) in [("index.html", "Jul 2024"), ("ja/index.html", "2024年7月")] {
        reader.open(path);
        reader.draw_all();
        reader.eval(&format!(
            "Plotly.relayout({canvas}, {{ 'xaxis.range': ['2024-01-01', '2024-12-31'] }}), 0"
        ));
        reader.until(&format!("{canvas}.textContent.includes('{month}')"));
        reader.no_troubles("speaking");
    }
}

/// Names out of a data file that try to be markup, script, a template or a format.
#[test]
fn hostile_names_execute_nothing() {
    let names = [
        "<script>window.hacked=1</script>",
        "\"><img src=x onerror=window.hacked=2>",
        "</script><script>window.hacked=3</script>",
        "javascript:window.hacked=4",
        "--portfolio",
        "%{y}<a href=\"javascript:window.hacked=5\">x</a>{{ 7*7 }}",
    ];
    let folder = tempfile::tempdir().unwrap();
    let embedded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/data/data");
    for entry in fs::read_dir(embedded).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let quoted = |name: &&str| format!("\"{}_jpy\"", name.replace('"', "\"\""));
    let heading: Vec<String> = names.iter().map(quoted).collect();
    let mut prices = format!("month,{}\n", heading.join(","));
    for (i, month) in (1..=24).enumerate() {
        let levels: Vec<String> =
            (0..names.len()).map(|k| format!("{}", 100.0 + (i * (k + 2) % 7) as f64)).collect();
        let (year, month) = (2000 + (month - 1) / 12, (month - 1) % 12 + 1);
        prices = format!("{prices}{year}-{month:02},{}\n", levels.join(","));
    }
    fs::write(folder.path().join("assets_month_end.csv"), prices).unwrap();
    let Some(reader) = hostile_reader(folder.path(), &names) else { return };
    for page in reader.pages() {
        reader.open(&page);
        reader.draw_all();
        assert_eq!(reader.eval("window.hacked"), "undefined", "{page}");
        assert_eq!(
            reader.eval("document.querySelectorAll('main img, main iframe, a[href^=javascript]').length"),
            "0",
            "{page}"
        );
        reader.no_troubles(&page);
    }
    // They are shown letter by letter, in a table and in a plot.
    reader.open("holdings.html");
    reader.draw_all();
    for name in names {
        let name = serde_literal(name);
        assert_eq!(
            reader.eval(&format!(
                "[...document.querySelectorAll('main th, main td')].some(c => c.textContent.includes({name}))"
            )),
            "true",
            "{name}"
        );
    }
    let legends =
        reader.eval("[...document.querySelectorAll('.legendtext')].map(t => t.textContent).join('\\n')");
    assert!(legends.contains("<script>window.hacked=1</script>"), "{legends}");
    assert!(reader.eval("document.title").contains("<b>hostile</b>"));
}

fn hostile_reader(folder: &Path, names: &[&str]) -> Option<Reader> {
    let data = allweather_data::read_folder(folder).unwrap_or_else(|e| panic!("{e}"));
    let weight = 1.0 / names.len() as f64;
    let holdings: Vec<String> = names
        .iter()
        .map(|name| format!("{{\"asset\": {}, \"weight\": {weight}}}", serde_literal(name)))
        .collect();
    let spec = format!(
        "{{\"name\": \"<b>hostile</b></title><script>window.hacked=6</script>\", \"capital\": 1000, \"holdings\": [{}], \
         \"rule\": {{\"calendar\": {{\"every\": \"quarter\", \"on\": \"end\"}}}}}}",
        holdings.join(",")
    );
    Reader::of(&data, &Spec::from_json(&spec).unwrap_or_else(|e| panic!("{e}")))
}

/// A text as JSON and JavaScript write it.
fn serde_literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[test]
fn a_page_prints_with_all_its_plots() {
    let Some(reader) = Reader::main_job() else { return };
    reader.open("index.html");
    reader.draw_all();
    let pdf = reader.tab.print_to_pdf(None).unwrap();
    assert!(pdf.starts_with(b"%PDF") && pdf.len() > 50_000, "{}", pdf.len());
    reader.no_troubles("printing");
    assert_eq!(reader.report.pages()[0].title.text(Language::English), "Overview");
}
