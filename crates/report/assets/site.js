// The page's behaviour: theme, sorting, searching, plots. Without it every figure is still there, in the tables.
"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = {
    // A page on a disk may be denied storage.
    get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
    set: (theme) => { try { localStorage.setItem("theme", theme); } catch { /* the choice lasts for this page */ } },
  };

  // Theme.
  const button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const themed = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    for (const figure of drawn) draw(figure);
  };
  const drawn = new Set();
  const choice = kept.get();
  if (choice === "dark" || choice === "light") root.dataset.theme = choice;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    kept.set(root.dataset.theme);
    themed();
  });
  dark.addEventListener("change", themed);
  button.setAttribute("aria-pressed", String(isDark()));

  // The other language at the same place of the page.
  const language = document.getElementById("language");
  const follow = () => { language.hash = location.hash; };
  addEventListener("hashchange", follow);
  follow();

  // On a narrow screen the current page may be out of sight.
  document.querySelector("header nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });

  // Sorting: by the unrounded figure where there is one, else by the text; equal rows keep their order, what is missing comes last.
  const shown = (cell) => cell.firstChild.textContent.trim(); // without the words of its mark
  const key = (cell) => (cell.dataset.value === undefined ? shown(cell) : Number(cell.dataset.value));
  const missing = (cell) => cell.dataset.value === undefined && shown(cell) === "—";
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    [...body.rows].forEach((row, place) => { row.dataset.place = place; });
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.firstElementChild.addEventListener("click", () => {
      const next = { ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")] ?? "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      if (next !== "none") head.setAttribute("aria-sort", next);
      const way = next === "descending" ? -1 : 1;
      const rows = [...body.rows].sort((a, b) => {
        const places = a.dataset.place - b.dataset.place;
        if (next === "none") return places;
        const [x, y] = [a.cells[column], b.cells[column]];
        if (missing(x) || missing(y)) return missing(x) - missing(y) || places;
        const [i, j] = [key(x), key(y)];
        const order = typeof i === "number" && typeof j === "number" ? i - j : String(i).localeCompare(String(j), root.lang);
        return way * order || places;
      });
      const sorted = document.createDocumentFragment();
      for (const row of rows) sorted.append(row);
      body.append(sorted);
    }));
  }

  // Searching: every word has to be somewhere in the row.
  for (const input of document.querySelectorAll("input[type=search]")) {
    const rows = [...document.querySelectorAll(`#${CSS.escape(input.dataset.table)} tbody tr`)];
    const texts = rows.map((row) => row.textContent.replaceAll("\u00a0", " ").toLowerCase());
    const count = document.getElementById(input.id.replace(/search$/, "count"));
    const search = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !words.every((word) => texts[i].includes(word));
        shown += !row.hidden;
      });
      count.textContent = count.dataset.of.replace("{shown}", shown).replace("{all}", rows.length);
    };
    // A long table is not searched anew at every key.
    let waiting;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(search, rows.length > 1000 ? 200 : 0);
    });
    search();
  }

  // Plots. Colours come as names of custom properties, under keys that end in "color" and nowhere else.
  const coloured = (value, name, style) => {
    if (Array.isArray(value)) return value.map((item) => coloured(item, name, style));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, coloured(item, k, style)]));
    }
    const named = typeof value === "string" && value.startsWith("--") && name.endsWith("color");
    return named ? style.getPropertyValue(value).trim() : value;
  };
  // Dates in the page's language; the drawing library itself knows English only.
  const locales = {
    ja: {
      days: ["日曜日", "月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日"],
      shortDays: ["日", "月", "火", "水", "木", "金", "土"],
      months: [...Array(12).keys()].map((month) => `${month + 1}月`),
      shortMonths: [...Array(12).keys()].map((month) => `${month + 1}月`),
      date: "%Y/%m/%d", year: "%Y年", month: "%Y年%-m月", dayMonth: "%-m月%-d日", dayMonthYear: "%Y年%-m月%-d日",
    },
  };
  function draw(figure) {
    const style = getComputedStyle(root);
    const canvas = figure.querySelector(".canvas");
    const plot = JSON.parse(figure.querySelector(".plot-data").textContent);
    const { data, layout, config } = coloured(plot, "", style);
    const narrow = canvas.clientWidth < 520;
    // On a narrow screen a legend of many lines takes its room from below, not from the plot.
    if (narrow && data.length > 6) canvas.style.height = `${300 + 9 * data.length}px`;
    const [ink, line, card] = ["--ink", "--line", "--card"].map((name) => style.getPropertyValue(name).trim());
    for (const axis of ["xaxis", "yaxis", "yaxis2"]) {
      if (layout[axis]) Object.assign(layout[axis], { gridcolor: line, linecolor: line, zerolinecolor: line });
    }
    Object.assign(layout, {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: narrow ? 11 : 12, color: ink },
      hoverlabel: { bgcolor: card, bordercolor: line, font: { color: ink, size: 12 } },
      // A finger on a plot scrolls the page.
      dragmode: narrow ? false : "zoom",
      height: canvas.clientHeight,
    });
    const format = locales[root.lang];
    if (format) Object.assign(config, { locale: root.lang, locales: { [root.lang]: { dictionary: {}, format } } });
    Plotly.react(canvas, data, layout, config);
    if (drawn.has(figure)) return;
    drawn.add(figure);
    const readout = figure.querySelector(".readout");
    // What is seen under the pointer, in words: for screen readers, and for the keys below.
    const say = (x, points) => {
      const value = ({ curveNumber, pointNumber }) => {
        const { name, y, hovertemplate, hovertext } = data[curveNumber];
        const plain = name.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
        if (!hovertemplate.includes("%{y")) return plain;
        const number = y[pointNumber];
        const interval = hovertext ? ` (${hovertext[pointNumber]})` : "";
        return `${plain}: ${/%\}/.test(hovertemplate) ? `${(100 * number).toFixed(2)} %` : number.toFixed(2)}${interval}`;
      };
      readout.textContent = `${x} · ${points.map(value).join(" · ")}`;
    };
    canvas.on("plotly_hover", ({ points }) => say(points[0].x, points));
    // The arrow keys walk along the points.
    let at = -1;
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12 }[event.key];
      const series = data.find((trace) => trace.hovertemplate.includes("%{y"));
      const xs = series?.x ?? [...new Set(data.flatMap((trace) => trace.x))].sort();
      if (event.key === "Escape") { Plotly.Fx.unhover(canvas); readout.textContent = ""; return; }
      if (!step || xs.length === 0) return;
      event.preventDefault();
      at = at < 0 ? (step > 0 ? 0 : xs.length - 1) : Math.min(xs.length - 1, Math.max(0, at + step));
      const points = data.flatMap((trace, curveNumber) => {
        const pointNumber = trace.x.indexOf(xs[at]);
        const there = pointNumber >= 0 && trace.y[pointNumber] !== null;
        return there ? [{ curveNumber, pointNumber }] : [];
      });
      Plotly.Fx.hover(canvas, points);
      say(xs[at], points);
    });
  }
  const figures = document.querySelectorAll("figure.plot");
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "300px" });
  // The drawing library comes after this script, so that the rest of the page does not wait for it.
  addEventListener("DOMContentLoaded", () => { for (const figure of figures) seen.observe(figure); });
  // Paper is light.
  let theme;
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    for (const figure of figures) draw(figure);
  });
  addEventListener("afterprint", () => {
    if (theme === undefined) delete root.dataset.theme; else root.dataset.theme = theme;
    themed();
  });
})();
