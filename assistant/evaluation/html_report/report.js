"use strict";
// Sorts, filters and unfolds the table of questions. All it knows stands in the table; it makes no markup.
(() => {
  const table = document.getElementById("questions");
  const heads = [...table.tHead.rows[0].cells];
  const bodies = [...table.tBodies];
  const find = document.getElementById("find");
  const outcome = document.getElementById("outcome");
  const misses = document.getElementById("misses");
  const shown = document.getElementById("shown");
  const all = document.getElementById("unfold-all");
  const collator = new Intl.Collator(undefined, { numeric: true });
  const words = new Map();

  const key = (body, column) => body.rows[0].cells[column].dataset.key;
  const textOf = (body) => {
    if (!words.has(body)) words.set(body, body.textContent.toLowerCase());
    return words.get(body);
  };

  // What has no value comes last in either direction; ties stay worst first.
  const sort = (column, direction) => {
    const number = heads[column].dataset.kind === "number";
    const turn = direction === "ascending" ? 1 : -1;
    bodies.sort((one, other) => {
      const a = key(one, column), b = key(other, column);
      if (a === "" || b === "") return (a === "") - (b === "") || key(one, 0) - key(other, 0);
      return turn * (number ? a - b : collator.compare(a, b)) || key(one, 0) - key(other, 0);
    });
    heads.forEach((head, at) => head.setAttribute("aria-sort", at === column ? direction : "none"));
    table.append(...bodies);
  };

  const filter = () => {
    const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const body of bodies) {
      const keep = (!outcome.value || body.dataset.outcome === outcome.value)
        && (!misses.checked || body.dataset.miss === "1")
        && wanted.every((word) => textOf(body).includes(word));
      body.hidden = !keep;
      count += keep;
    }
    shown.textContent = `${count.toLocaleString("en")} of ${bodies.length.toLocaleString("en")} questions`;
  };

  const unfold = (body, open) => {
    body.rows[1].hidden = !open;
    body.querySelector(".unfold").setAttribute("aria-expanded", String(open));
  };

  bodies.forEach((body) => unfold(body, false));
  document.documentElement.classList.add("scripted");
  heads.forEach((head, column) => head.firstElementChild.addEventListener("click", () => {
    sort(column, head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending");
  }));
  table.addEventListener("click", (event) => {
    const button = event.target.closest(".unfold");
    if (button) unfold(button.closest("tbody"), button.getAttribute("aria-expanded") !== "true");
  });
  all.addEventListener("click", () => {
    const open = all.getAttribute("aria-pressed") !== "true";
    all.setAttribute("aria-pressed", String(open));
    bodies.forEach((body) => unfold(body, open && !body.hidden));
  });
  for (const control of [find, outcome, misses]) control.addEventListener("input", filter);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { find.value = ""; filter(); }
  });
  filter();
})();
