// Body of the help sheet's js_on_load: what the keyboard does outside of text boxes.
// Other panes listen on document: "fn-next" and "fn-previous" (the source's quotations), "fn-do" (a name in detail).

const sheet = element.querySelector("#fn-help");
const single = element.querySelector("[data-single]");
const SWITCH = "fn-single-keys";
single.checked = localStorage.getItem(SWITCH) !== "off";
single.addEventListener("change", () => localStorage.setItem(SWITCH, single.checked ? "on" : "off"));
sheet.querySelector("[data-shut]").addEventListener("click", () => sheet.close());
sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });

const box = () => document.querySelector("#fn-question textarea");
const help = () => {
  if (sheet.open) sheet.close();
  else if (!document.querySelector("dialog[open]")) sheet.showModal();
};
const send = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

// Footnotes in the order they are read; those in folded passages are passed over.
const step = (by) => {
  const marks = [...document.querySelectorAll("#fn-conversation .fn-mark")].filter((mark) => mark.checkVisibility());
  if (!marks.length) return;
  const here = marks.indexOf(document.activeElement);
  const last = document.querySelector("#fn-conversation .fn-exchange:last-child .fn-mark");
  const from = here >= 0 ? here + by : Math.max(marks.indexOf(last), 0);
  const mark = marks[Math.min(Math.max(from, 0), marks.length - 1)];
  mark.focus();
  mark.closest("figure").scrollIntoView({ block: "nearest" });
};

const ACTIONS = {
  "/": () => box()?.focus(),
  "?": help,
  j: () => step(1),
  k: () => step(-1),
  n: () => send("fn-next"),
  p: () => send("fn-previous"),
  e: () => send("fn-do", "edit"),
  r: () => send("fn-do", "retry"),
  u: () => send("fn-do", "undo"),
  c: () => send("fn-do", "copy"),
  s: () => send("fn-do", "saved"),
  x: () => {
    const menu = document.querySelector("#fn-tools details:not([hidden])");
    if (!menu) return;
    menu.open = !menu.open;
    menu.querySelector(menu.open ? "button" : "summary").focus();
  },
};
const typing = (target) => target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("#fn-tools details[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopPropagation();
    } else if (event.target === box() && !document.documentElement.classList.contains("fn-open")) step(0);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jknp".includes(event.key)) return;
  if (typing(event.target)) return;
  if (event.target.matches?.(".fn-mark") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  const action = Object.hasOwn(ACTIONS, event.key) ? ACTIONS[event.key] : null;
  if (!action || !single.checked && event.key !== "?") return;
  if (document.querySelector("dialog[open]") && event.key !== "?") return; // a sheet is open: its own keys only
  event.preventDefault();
  action();
}, true);
document.addEventListener("fn-do", (event) => { if (event.detail === "keys") help(); });

element.addEventListener("click", (event) => {
  const skip = event.target.closest("[data-skip]");
  if (!skip) return;
  event.preventDefault();
  const answer = document.querySelector("#fn-conversation .fn-exchange:last-child :is(.fn-mark, button)");
  (skip.dataset.skip === "answer" && answer || box())?.focus();
});
