// Body of the list of documents' js_on_load: element, trigger and watch are Gradio's.
// Boxes and buttons go to the server as small numbers; of a long list the part around what is seen is asked for.

const LINE = 52;
const WINDOW = 80;
const scroller = document.getElementById("fn-documents");
const number = (text) => Number(text);

element.addEventListener("change", (event) => {
  const box = event.target;
  if (box.dataset.number) trigger('choose', { what: "document", number: number(box.dataset.number), chosen: box.checked });
  else if (box.dataset.folder) trigger('choose', { what: "folder", number: number(box.dataset.folder), chosen: box.checked });
  else if ("matching" in box.dataset) trigger('choose', { what: "matching", chosen: box.checked });
});
element.addEventListener("click", (event) => {
  const open = event.target.closest("[data-open]");
  if (open) trigger('open', { number: number(open.dataset.open) });
  const fold = event.target.closest("[data-fold]");
  if (fold) trigger('fold', { number: number(fold.dataset.fold) });
  const remove = event.target.closest("[data-remove]");
  if (remove) {
    const detail = { number: number(remove.dataset.remove), file: remove.dataset.file };
    document.dispatchEvent(new CustomEvent("footnote:remove", { detail }));
  }
  const why = event.target.closest("[data-why]");
  if (why) {
    const text = `${why.dataset.why} ${why.title}`;
    document.dispatchEvent(new CustomEvent("footnote:why", { detail: { text } }));
  }
});

// ---- Arrows lead to the same control of the next line, past the others
element.addEventListener("keydown", (event) => {
  const down = event.key === "ArrowDown";
  if ((!down && event.key !== "ArrowUp") || !event.target.matches(".fn-line *")) return;
  event.preventDefault();
  const kind = event.target.dataset.key[0];
  let line = event.target.closest(".fn-line");
  do line = down ? line.nextElementSibling : line.previousElementSibling;
  while (line && !line.querySelector("button"));
  (line?.querySelector(`[data-key^="${kind}"]`) ?? line?.querySelector("button"))?.focus();
});

// ---- The window follows what is seen
let pending = 0;
const follow = () => {
  const list = element.querySelector(".fn-lines");
  if (!list) return;
  const lines = number(list.dataset.lines);
  const first = number(list.dataset.first);
  const above = Math.max(0, Math.floor((scroller.scrollTop - list.offsetTop) / LINE));
  const below = Math.min(lines, above + Math.ceil(scroller.clientHeight / LINE));
  if (above >= first && below <= first + WINDOW) return;
  trigger('window', { first: Math.max(0, above - Math.floor((WINDOW - (below - above)) / 2)) });
};
const followSoon = () => {
  clearTimeout(pending);
  pending = setTimeout(follow, 60);
};
scroller.addEventListener("scroll", followSoon, { passive: true });
document.addEventListener("footnote:library", followSoon);

// ---- What had the focus has it again when the list is drawn anew
let key = null;
document.addEventListener("focusin", (event) => {
  key = element.contains(event.target) ? event.target.dataset.key ?? null : null;
});
watch("value", () => {
  // A box that was clicked no longer follows its attribute: what the server says holds.
  for (const box of element.querySelectorAll("input[type=checkbox]")) box.checked = box.hasAttribute("checked");
  if (key && document.activeElement === document.body) {
    element.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  }
  followSoon();
});
