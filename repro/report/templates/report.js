"use strict";
(() => {
  const text = (cell) => cell.dataset.sort ?? cell.textContent.trim();
  const isNumber = (value) => value !== "" && !Number.isNaN(Number(value));

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
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    heads.forEach((head, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = head.textContent;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sortBy(table, index, descending);
      });
    });
  }

  function makeFilter(table) {
    const label = document.createElement("label");
    label.className = "filter";
    label.textContent = "Filter rows ";
    const input = document.createElement("input");
    input.type = "search";
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    label.append(input, " ", status);
    const box = table.closest(".scroll");
    box.parentNode.insertBefore(label, box);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const rows = [...table.tBodies[0].rows];
      let shown = 0;
      for (const row of rows) {
        const content = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => content.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      status.textContent = words.length ? `${shown} of ${rows.length}` : "";
    });
  }

  function openTarget() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  }

  for (const table of document.querySelectorAll("table.data")) {
    if (table.tBodies[0].rows.length > 1 && !table.closest(".printed, .overview")) makeSortable(table);
    if (table.classList.contains("filtered") && table.tBodies[0].rows.length > 5) makeFilter(table);
  }
  addEventListener("hashchange", openTarget);
  openTarget();

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const item of folded) item.open = true;
  });
  addEventListener("afterprint", () => {
    for (const item of folded) item.open = false;
  });
})();
