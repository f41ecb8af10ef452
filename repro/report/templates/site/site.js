"use strict";
(() => {
  const form = document.querySelector("form.tools");
  const rows = [...document.querySelectorAll(".row[data-state]")];
  const find = document.getElementById("find"), found = document.getElementById("found");
  const buttons = [...document.querySelectorAll("button[data-show]")];
  const asked = () => new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");

  function show() {
    const query = asked(), words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = buttons.find((button) => button.dataset.show === (query.get("show") ?? "")) ?? buttons[0];
    const states = chosen.dataset.states.split(" ").filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = `${row.dataset.words} ${row.textContent.toLowerCase()}`;
      row.hidden = !((!states.length || states.includes(row.dataset.state)) && words.every((word) => text.includes(word)));
      shown += row.hidden ? 0 : 1;
    }
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
    if (document.activeElement !== find) find.value = query.get("q") ?? "";
    found.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} questions`;
  }

  function write(change) {
    const query = asked();
    for (const [key, value] of Object.entries(change)) value ? query.set(key, value) : query.delete(key);
    const text = query.toString();
    history.replaceState(null, "", text ? `#?${text}` : location.pathname + location.search);
    show();
  }

  if (form) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const button of buttons) button.addEventListener("click", () => write({ show: button.dataset.show }));
    find.addEventListener("input", () => write({ q: find.value }));
    addEventListener("hashchange", show);
    show();
  }

  function openTarget() {
    let name = "";
    try {
      name = decodeURIComponent(location.hash.slice(1));
    } catch { /* an address that was cut names no place */ }
    for (let node = name && document.getElementById(name); node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  }
  addEventListener("hashchange", openTarget);
  openTarget();

  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
        button.textContent = "Selected";
      }
    });
  }
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const item of folded) item.open = true;
  });
  addEventListener("afterprint", () => {
    for (const item of folded) item.open = false;
  });
})();
