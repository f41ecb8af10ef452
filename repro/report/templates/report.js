"use strict";
(() => {
  const text = (cell) => cell.dataset.sort ?? cell.textContent.trim();
  const isNumber = (value) => value !== "" && !Number.isNaN(Number(value));
  const asked = () => new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");

  /* What is filtered and sorted stands in the address, so that it can be sent. */
  function note(key, value) {
    const query = asked();
    if (value) query.set(key, value); else query.delete(key);
    const said = query.toString();
    history.replaceState(null, "", said ? `#?${said}` : location.pathname + location.search);
  }

  function compare(a, b) {
    if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
    return isNumber(a) && isNumber(b) ? Number(a) - Number(b) : a.localeCompare(b, "en");
  }

  function sortBy(table, index, descending) {
    const body = table.tBodies[0];
    const rows = [...body.rows].filter((row) => row.cells.length > index);
    rows.sort((left, right) => {
      const a = text(left.cells[index]), b = text(right.cells[index]);
      const order = compare(a, b);
      return descending && a !== "" && b !== "" ? -order : order;
    });
    for (const row of rows) {
      row.classList.remove("again");
      body.append(row);
    }
  }

  function makeSortable(table) {
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells], key = `sort.${table.id}`;
    const choice = document.createElement("select");
    choice.className = "sortby";
    choice.setAttribute("aria-label", "Sort by");
    choice.append(new Option("Sort by", ""));
    function sort(index, descending) {
      for (const other of heads) other.removeAttribute("aria-sort");
      heads[index].setAttribute("aria-sort", descending ? "descending" : "ascending");
      sortBy(table, index, descending);
    }
    heads.forEach((head, index) => {
      const name = head.textContent.trim(), button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = name;
      head.replaceChildren(button);
      choice.append(new Option(name, `${index}a`), new Option(`${name}, downwards`, `${index}d`));
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") === "ascending";
        sort(index, descending);
        note(key, `${index}${descending ? "d" : "a"}`);
      });
    });
    const taken = (value) => { if (heads[parseInt(value, 10)]) sort(parseInt(value, 10), value.endsWith("d")); };
    choice.addEventListener("change", () => { taken(choice.value); note(key, choice.value); });
    const box = table.closest(".scroll");
    if (box.classList.contains("cards")) box.before(choice);
    taken(asked().get(key) ?? "");
  }

  function makeFilter(place, tables, key) {
    const label = document.createElement("label"), input = document.createElement("input"), status = document.createElement("span");
    label.className = "filter";
    label.textContent = "Filter rows ";
    input.type = "search";
    status.setAttribute("role", "status");
    label.append(input, " ", status);
    place(label);
    const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
    function show() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const content = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => content.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      for (const table of tables) {
        const any = [...table.tBodies[0].rows].some((row) => !row.hidden), fold = table.closest("details");
        table.closest(".scroll").hidden = words.length > 0 && !any;
        if (fold && words.length && any) fold.open = true;
      }
      status.textContent = words.length ? `${shown} of ${rows.length}` : "";
    }
    input.addEventListener("input", () => { note(key, input.value); show(); });
    input.value = asked().get(key) ?? "";
    if (input.value) show();
  }

  function openTarget() {
    if (location.hash.startsWith("#?")) return;
    let name = "";
    try {
      name = decodeURIComponent(location.hash.slice(1));
    } catch { /* an address that was cut names no place */ }
    const target = name && document.getElementById(name);
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  }

  /* Only what scrolls is a stop of the tab key. */
  function stops() {
    for (const box of document.querySelectorAll(".scroll")) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }

  const tables = [...document.querySelectorAll("table.data")];
  for (const table of tables) {
    if (table.tBodies[0].rows.length > 1 && !table.closest(".printed, .overview")) makeSortable(table);
    if (table.classList.contains("filtered") && !table.closest("[data-filter]") && table.tBodies[0].rows.length > 5) {
      makeFilter((label) => table.closest(".scroll").before(label), [table], `q.${table.id}`);
    }
  }
  for (const part of document.querySelectorAll("[data-filter]")) {
    const inside = [...part.querySelectorAll("table.data")].filter((table) => !table.closest(".overview"));
    const place = part.querySelector("[data-filter-here]");
    if (inside.length && place) makeFilter((label) => place.append(label), inside, "q");
  }
  addEventListener("hashchange", openTarget);
  addEventListener("resize", stops);
  document.addEventListener("toggle", stops, true);
  openTarget();
  stops();

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const item of folded) item.open = true;
  });
  addEventListener("afterprint", () => {
    for (const item of folded) item.open = false;
  });
})();
