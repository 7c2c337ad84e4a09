
"use strict";
(() => {
  const model = JSON.parse(document.getElementById("model").textContent);
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const pane = byId("document"), inspector = byId("inspector"), inspected = byId("inspected");
  const loupe = byId("loupe");
  const SVG = "http://www.w3.org/2000/svg";
  const narrow = matchMedia("(max-width: 999px)");

  // every figure has an element in the matrix, and one on the page or in the tables as read
  const inMatrix = new Map(), inDocument = new Map();
  for (const element of all("[data-path]")) {
    (pane.contains(element) ? inDocument : inMatrix).set(element.dataset.path, element);
  }
  const both = (path) => [inMatrix.get(path), inDocument.get(path)].filter(Boolean);

  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  function reveal(element) {
    if (element && element.getClientRects().length) {
      element.scrollIntoView({ block: "center", inline: "nearest" });
    }
  }

  // tabs
  const tabs = all('[role="tab"]');
  function openTab(tab, focus = false) {
    for (const other of tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      if (other.id !== "tab-document") {
        byId(other.getAttribute("aria-controls")).hidden = other !== tab;
      }
    }
    if (focus) tab.focus();
  }
  byId("reading").querySelector(".tabs").hidden = false;
  for (const element of all(".zoom, .bar label")) {
    element.hidden = !document.querySelector(".sheet");
  }
  for (const tab of tabs) {
    tab.addEventListener("click", () => openTab(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const shown = tabs.filter((other) => other.getClientRects().length);
      openTab(shown[(shown.indexOf(tab) + step + shown.length) % shown.length], true);
      event.preventDefault();
    });
  }
  openTab(byId("tab-figures"));
  narrow.addEventListener("change", () => {
    if (!narrow.matches && byId("tab-document").getAttribute("aria-selected") === "true") {
      openTab(byId("tab-figures"));
    }
  });

  // marks: hot under the pointer, chosen, named by a finding or an equation
  function mark(name, paths) {
    for (const element of all(`.${name}`)) element.classList.remove(name);
    for (const path of paths) for (const element of both(path)) element.classList.add(name);
  }
  function heads(cell) {
    if (!cell) return;
    const table = cell.closest("table");
    cell.parentElement.querySelector("th")?.classList.add("hot");
    table.tHead.rows[0].cells[cell.cellIndex]?.classList.add("hot");
  }
  function point(path) {
    mark("hot", path ? [path] : []);
    if (path) heads(inMatrix.get(path));
  }
  document.addEventListener("pointerover", (event) => {
    point(event.target.closest?.("[data-path]")?.dataset.path);
  });

  function clear() {
    mark("chosen", []);
    mark("named", []);
    for (const band of all(".band.strong")) band.classList.remove("strong");
    for (const item of all(".finding.active")) item.classList.remove("active");
    point();
  }
  function close() {
    clear();
    inspector.hidden = true;
    history.replaceState(null, "", location.pathname + location.search);
  }
  byId("close").addEventListener("click", close);

  // what is said of a figure and of an equation
  const sum = (labels) =>
    (labels.length <= 4 ? labels : [labels[0], "…", labels[labels.length - 1]]).join(" + ");
  function equationItem(identity) {
    const { kind, label, state, sign, left, right } = identity;
    const [first, second] = identity.sides.map(sum);
    if (left === null) {
      return make("li", { class: state },
        `${kind} ${label}: ${first} ${sign} ${second}, ${model.holds[state]}`);
    }
    return make("li", { class: state }, `${kind} ${label}: ${first} `,
      make("b", {}, `${left} ${sign} ${right}`), ` ${second}`,
      state === "held" || state === "failed" ? "" : `, ${model.holds[state]}`);
  }
  function where(figure) {
    const parts = [];
    if (figure.page !== null) parts.push(`page ${figure.page}`);
    if (figure.place) parts.push(figure.place);
    if (figure.box) parts.push(`box ${figure.box.map((edge) => Math.round(edge)).join(", ")} pt`);
    return parts.join(", ");
  }
  function inspectFigure(path) {
    const figure = model.figures[path];
    const shown = figure.number === null ? (figure.doubt ? "not certain" : "blank") : figure.number;
    inspected.replaceChildren(
      make("p", { class: "what" }, `${figure.row} · ${figure.column}`, make("b", {}, String(shown))),
      make("p", { class: "facts" },
        [figure.raw ? `printed “${figure.raw}”` : "nothing printed",
          figure.note ? `with “${figure.note}”` : "", where(figure), ""].filter((part, at) =>
          part || at === 3).join(" · "),
        make("code", {}, path)),
      figure.doubt ? make("p", {}, `${figure.doubt}: ${model.doubts[figure.doubt] ?? ""}`) : "",
      make("ul", {}, ...figure.identities.map((at) => equationItem(model.identities[at]))));
    inspector.hidden = false;
    magnify(path);
  }
  function inspectIdentity(at) {
    const identity = model.identities[at];
    inspected.replaceChildren(make("p", { class: "what" }, identity.says),
      make("ul", {}, equationItem(identity)));
    inspector.hidden = false;
    magnify(identity.cells.find((path) => inDocument.has(path)));
  }

  // a strip of the page around a figure; the picture is the one on the page, used again
  function magnify(path) {
    const figure = path && model.figures[path];
    const sheet = figure?.box && byId(`page-${figure.page}`)?.querySelector(".sheet");
    loupe.toggleAttribute("hidden", !sheet);
    if (!sheet) return;
    const [x0, top, x1, bottom] = figure.box;
    const page = sheet.viewBox.baseVal;
    const wide = Math.min(page.width, narrow.matches ? 320 : 460);
    const high = Math.min(90, Math.max(34, bottom - top + 10));
    const left = Math.min(Math.max(0, (x0 + x1 - wide) / 2), page.width - wide);
    loupe.setAttribute("viewBox", `${left} ${(top + bottom - high) / 2} ${wide} ${high}`);
    const picture = document.createElementNS(SVG, "use");
    picture.setAttribute("href", `#picture-${figure.page}`);
    const frame = document.createElementNS(SVG, "rect");
    const sides = { x: x0, y: top, width: x1 - x0, height: bottom - top, rx: 1 };
    for (const [key, value] of Object.entries(sides)) frame.setAttribute(key, value);
    loupe.replaceChildren(picture, frame);
  }

  // choosing
  function roving(element) {
    const group = element.closest("table, svg");
    for (const other of all('[tabindex="0"]', group)) other.tabIndex = -1;
    element.tabIndex = 0;
  }
  function choose(path, from) {
    clear();
    mark("chosen", [path]);
    for (const element of both(path)) roving(element);
    inspectFigure(path);
    point(path);
    if (from !== inDocument.get(path)) reveal(inDocument.get(path));
    if (from !== inMatrix.get(path)) reveal(inMatrix.get(path));
    history.replaceState(null, "", `#${path}`);
  }
  function chooseIdentity(at, element) {
    clear();
    const identity = model.identities[at];
    mark("named", identity.cells);
    for (const band of all(`.band[data-identity="${at}"]`)) band.classList.add("strong");
    if (element) {
      element.classList.add("chosen");
      roving(element);
    }
    inspectIdentity(at);
    reveal(inDocument.get(identity.cells[0]));
  }
  function chooseFinding(at) {
    const { cells, identity } = model.findings[at];
    clear();
    inspector.hidden = true;
    mark("named", cells);
    if (identity !== null) {
      for (const band of all(`.band[data-identity="${identity}"]`)) band.classList.add("strong");
    }
    const item = document.querySelector(`[data-finding="${at}"]`);
    item.classList.add("active");
    const first = cells.find((path) => inDocument.has(path));
    if (first) reveal(inDocument.get(first));
    return item;
  }
  document.addEventListener("focusin", (event) => {
    const { path, identity } = event.target.dataset ?? {};
    if (path) choose(path, event.target);
    else if (identity !== undefined) chooseIdentity(Number(identity), event.target);
  });
  document.addEventListener("click", (event) => {
    const target = event.target;
    const goto = target.closest?.("[data-goto]");
    const layer = target.closest?.("[data-layer]:is(button)");
    const figure = target.closest?.("[data-path]");
    if (goto) choose(goto.dataset.goto, null);
    else if (layer) showLayer(layer.dataset.layer);
    else if (figure && pane.contains(figure) && !narrow.matches) {
      openTab(byId("tab-figures"));
      choose(figure.dataset.path, figure);
    } else if (target.closest?.(".finding") && !target.closest("details")) {
      chooseFinding(Number(target.closest(".finding").dataset.finding));
    }
  });

  // keys
  function neighbour(cell, key) {
    const table = cell.closest("table");
    const inRow = all('[tabindex]', cell.parentElement);
    const at = inRow.indexOf(cell);
    if (key === "ArrowLeft") return inRow[at - 1];
    if (key === "ArrowRight") return inRow[at + 1];
    if (key === "Home") return inRow[0];
    if (key === "End") return inRow[inRow.length - 1];
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    const grids = all('[role="grid"]');
    const rows = grids.flatMap((grid) => [...grid.rows]);
    for (let r = rows.indexOf(cell.parentElement) + step; rows[r]; r += step) {
      const cells = all("[tabindex]", rows[r]);
      if (!cells.length) continue;
      const same = cells.find((other) => other.cellIndex === cell.cellIndex);
      if (same || rows[r].closest("table") !== table) return same ?? cells[cells.length - 1];
    }
    return undefined;
  }
  const MOVES = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("select, input, textarea")) return;
    const here = event.target.closest?.("[data-path], [data-identity]");
    if (event.key === "Escape") close();
    else if (event.key === "n" || event.key === "p") stepFinding(event.key === "n" ? 1 : -1);
    else if (here && MOVES.includes(event.key)) {
      const cell = here.closest('[role="grid"]') ? here : inMatrix.get(here.dataset.path);
      const next = cell && neighbour(cell, event.key);
      const other = here === cell ? next : inDocument.get(next?.dataset.path);
      other?.focus({ preventScroll: true });
      reveal(other);
    } else if (here && (event.key === "Enter" || event.key === " ")) {
      const path = here.dataset.path;
      if (path && pane.contains(here)) {
        openTab(byId("tab-figures"));
        inMatrix.get(path)?.focus();
      } else if (path) {
        if (narrow.matches) openTab(byId("tab-document"));
        inDocument.get(path)?.focus();
      }
    } else return;
    event.preventDefault();
  });
  function stepFinding(step) {
    const items = all("[data-finding]");
    if (!items.length) return;
    openTab(byId("tab-findings"));
    const at = items.findIndex((item) => item.classList.contains("active"));
    const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length;
    const item = chooseFinding(Number(items[next].dataset.finding));
    item.focus({ preventScroll: true });
    reveal(item);
  }

  // layers and size
  function showLayer(value) {
    pane.dataset.layer = value;
    const select = byId("layer");
    if (select) select.value = value;
    for (const cells of all(".cells")) {
      cells.toggleAttribute("hidden", cells.dataset.attempt !== value);
    }
    const first = document.querySelector(".cells:not([hidden])");
    if (value !== "figures" && first) {
      if (narrow.matches) openTab(byId("tab-document"));
      reveal(first.closest(".page"));
    }
  }
  byId("layer")?.addEventListener("change", (event) => showLayer(event.target.value));
  pane.dataset.layer = "figures";
  let zoom = 1;
  function setZoom(factor) {
    zoom = Math.min(3, Math.max(0.5, zoom * factor));
    pane.style.setProperty("--zoom", String(zoom));
  }
  byId("smaller").addEventListener("click", () => setZoom(0.8));
  byId("larger").addEventListener("click", () => setZoom(1.25));

  // one stop for the tab key in each table and page
  for (const group of all('[role="grid"], .sheet, .asread')) {
    const first = group.querySelector("[data-path]");
    if (first) first.tabIndex = 0;
  }
  const asked = decodeURIComponent(location.hash.slice(1));
  if (Object.hasOwn(model.figures, asked)) choose(asked, null);
})();
