"use strict";
// The page: everything that comes from documents is put in as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const FACETS = { severity: 0, rule: 1, kind: 2, organization: 3 };
  const chosen = { severity: null, rule: null, kind: null, organization: null, entity: null };
  const rows = data.violations;

  const make = (name, text, attributes = {}) => {
    const one = document.createElement(name);
    if (text !== null) one.textContent = text;
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    return one;
  };
  const cut = (text, most) => (text.length > most ? text.slice(0, most) + "…" : text);
  const word = (value) => (value === null || value === "" ? "(not known)" : value);

  // The table

  const facet = (row, name) => (name === "entity" ? row[4] : row[FACETS[name]]);
  const fits = (row, without) => Object.entries(chosen).every(
    ([name, value]) => value === null || name === without || word(facet(row, name)) === value);

  const table = new DataTable("#violations", {
    data: rows,
    deferRender: true,
    autoWidth: false,
    pageLength: 25,
    lengthMenu: [25, 100, 500],
    order: [],
    columns: [
      { title: "severity", data: 0, render: { display: () => "", sort: (value) => data.severities.indexOf(value) },
        createdCell: (cell, value) => cell.append(make("span", value, { class: value })) },
      { title: "rule", data: 1, className: "short" },
      { title: "kind", data: 2, className: "short optional" },
      { title: "organization", data: 3, className: "short optional" },
      { title: "entity", data: 4, className: "entity optional" },
      { title: "place", data: 5, className: "place" },
      { title: "message", data: 6, className: "message", createdCell: (cell, value) => {
        cell.replaceChildren(make("button", cut(value, 240), { type: "button", "aria-expanded": "false" }));
      } },
    ],
    columnDefs: [{ targets: [1, 2, 3, 4, 5, 6], render: {
      display: (value, _type, _row, at) => (at.col === 6 ? "" : escape(cut(value || "", 120))),
      filter: (value) => value || "",
    } }, {
      // A column in which nothing stands is not shown.
      targets: [2, 3, 4].filter((at) => rows.length && !data.columns[at]), visible: false,
    }],
    language: { search: "Search", emptyTable: "No deviations", zeroRecords: "Nothing fits the filters" },
  });

  function escape(text) {
    return String(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
  }

  // Where the table is wider than the page, it alone is scrolled: by the keyboard too.
  const region = document.querySelector(".dt-layout-table");
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", "Table of violations");

  table.search.fixed("facets", (_text, row) => fits(row, null));

  document.querySelector("#violations tbody").addEventListener("click", (event) => {
    const button = event.target.closest("td.message > button");
    if (!button) return;
    const line = button.closest("tr");
    const row = table.row(line);
    const open = row.child.isShown();
    if (open) row.child.hide();
    else row.child(detail(row.data())).show();
    line.classList.toggle("open", !open);
    button.setAttribute("aria-expanded", String(!open));
  });

  function detail(row) {
    const [, rule, , , entity, place, message, line, from, to, help, related] = row;
    const box = make("div", null, { class: "detail" });
    box.append(make("p", cut(message, 3000)), make("p", `${place} ${entity || ""}`, { class: "place" }));
    if (line) {
      const excerpt = make("pre", null);
      excerpt.append(line.slice(0, from), make("mark", line.slice(from, to) || " "), line.slice(to));
      box.append(excerpt);
    }
    if (help) box.append(make("p", `Help: ${help}`));
    for (const [where, what] of related) box.append(make("p", `${what}: ${where}`));
    const known = data.rules[rule];
    if (known) {
      if (known.guide) box.append(make("p", `The guide, section “${known.guide}”:`));
      box.append(make("blockquote", known.says));
      if (known.page) {
        const link = make("p", null);
        link.append(make("a", `About ${rule}`, { href: known.page, rel: "noopener" }));
        box.append(link);
      }
    }
    return box;
  }

  // Filters

  const filters = document.getElementById("filters");
  function choose(name, value, keep) {
    chosen[name] = chosen[name] === value && !keep ? null : value;
    refresh();
  }
  function refresh() {
    table.draw();
    filters.replaceChildren();
    for (const [name, value] of Object.entries(chosen)) {
      if (value === null) continue;
      const button = make("button", `${name}: ${cut(value, 60)} ✕`, { type: "button" });
      button.setAttribute("aria-label", `remove the filter ${name} ${cut(value, 60)}`);
      button.addEventListener("click", () => choose(name, value));
      filters.append(button);
    }
    for (const button of document.querySelectorAll(".chart button")) {
      button.setAttribute("aria-pressed", String(chosen[button.dataset.facet] === button.dataset.value));
    }
  }

  // Charts: bars that are buttons

  const charts = document.getElementById("charts");
  for (const [name, counts] of Object.entries(data.facets)) {
    const chart = make("section", null, { class: "chart" });
    chart.append(make("h3", `by ${name}`));
    const list = make("ul", null);
    const most = Math.max(1, ...counts.map(([, count]) => count));
    for (const [value, count] of counts) {
      const button = make("button", null, { type: "button", "aria-pressed": "false" });
      button.dataset.facet = name;
      button.dataset.value = word(value);
      const bar = make("span", null, { class: "bar", "aria-hidden": "true" });
      bar.style.width = `${(100 * count) / most}%`;
      button.append(bar, make("span", cut(word(value), 80)),
        make("span", count.toLocaleString("en"), { class: "n" }));
      button.addEventListener("click", () => choose(name, word(value)));
      const item = make("li", null);
      item.append(button);
      list.append(item);
    }
    chart.append(list);
    charts.append(chart);
  }

  // The graph

  const graph = data.graph;
  const section = document.getElementById("graph-section");
  if (graph.nodes.length) {
    const toTable = (entity) => {
      for (const name of Object.keys(chosen)) chosen[name] = null;
      choose("entity", entity, true);
      const heading = document.getElementById("table-heading");
      heading.scrollIntoView();
      heading.focus({ preventScroll: true });
    };
    const list = document.getElementById("broken");
    for (const edge of graph.edges.filter((one) => one.broken)) {
      const item = make("li", null);
      const button = make("button", `${cut(edge.source, 80)} → ${cut(edge.target, 80)}`, { type: "button" });
      button.addEventListener("click", () => toTable(edge.source));
      item.append(button);
      list.append(item);
    }
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const style = () => [
      { selector: "node", style: { label: "data(label)", "font-size": 12, color: colour("--text"),
        "background-color": colour("--node"), width: 14, height: 14, "text-max-width": 150,
        "text-wrap": "wrap", "text-valign": "bottom" } },
      { selector: "edge", style: { width: 1.2, "line-color": colour("--line"), "curve-style": "bezier",
        "target-arrow-shape": "triangle", "target-arrow-color": colour("--line"), "arrow-scale": 0.7 } },
      { selector: ".broken", style: { "background-color": colour("--error"), "line-color": colour("--error"),
        "target-arrow-color": colour("--error") } },
      { selector: "node.broken", style: { shape: "diamond" } },
    ];
    const drawn = cytoscape({
      container: document.getElementById("drawing"),
      elements: [
        ...graph.nodes.map((one) => ({ data: { id: one.id, label: one.label }, classes: one.broken ? "broken" : "" })),
        ...graph.edges.map((one, at) => ({
          data: { id: `e${at}`, source: one.source, target: one.target }, classes: one.broken ? "broken" : "" })),
      ],
      layout: { name: graph.nodes.length > 250 ? "concentric" : "cose", animate: false, nodeDimensionsIncludeLabels: true },
      style: style(),
      userZoomingEnabled: false,
      userPanningEnabled: false,
      minZoom: 1,
      maxZoom: 1.5,
    });
    // The drawing is as large as its labels need at 100 %, and is scrolled where it is larger.
    const canvas = document.getElementById("drawing");
    const box = drawn.elements().boundingBox();
    canvas.style.width = `max(100%, ${Math.ceil(box.w) + 40}px)`;
    canvas.style.height = `max(100%, ${Math.ceil(box.h) + 40}px)`;
    drawn.resize();
    drawn.fit(undefined, 20);
    drawn.on("tap", "edge", (event) => toTable(event.target.data("source")));
    drawn.on("tap", "node", (event) => {
      const broken = event.target.hasClass("broken");
      const from = broken ? event.target.incomers("node")[0] : event.target;
      if (from) toTable(from.id());
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.style(style()));
    window.estateGraph = drawn;
  } else {
    section.hidden = true;
  }

  addEventListener("beforeprint", () => table.page.len(500).draw());
  addEventListener("afterprint", () => table.page.len(25).draw());
  document.body.dataset.ready = "yes";
})();
