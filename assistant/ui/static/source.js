// Body of the source pane's js_on_load: element, trigger and watch are Gradio's.
// Shows and hides the pane, scrolls to the quoted words, and hands the focus there and back.

const narrow = window.matchMedia("(max-width: 1099.98px)");
const root = document.documentElement;
const source = () => element.querySelector(".fn-source");
const isOpen = () => root.classList.contains("fn-open");
let visit = null;

const show = () => {
  root.classList.add("fn-open");
  if (narrow.matches && !window.history.state?.footnote) {
    // The phone's own "back" closes the sheet instead of leaving the page.
    window.history.pushState({ ...window.history.state, footnote: true }, "");
  }
  arrange();
};
const hide = (returnFocus) => {
  if (!isOpen()) return;
  root.classList.remove("fn-open");
  if (window.history.state?.footnote) window.history.back();
  arrange();
  document.dispatchEvent(new CustomEvent("footnote:closed", { detail: { returnFocus } }));
};
// What a full-width sheet covers must not take the focus.
const arrange = () => {
  for (const id of ["fn-header", "fn-chat"]) {
    const covered = document.getElementById(id);
    if (covered) covered.inert = isOpen() && narrow.matches;
  }
};
narrow.addEventListener("change", arrange);
window.addEventListener("popstate", () => { if (!window.history.state?.footnote) hide(true); });

const toQuotation = () => {
  const mark = element.querySelector("#fn-cited");
  const scroller = element.querySelector(".fn-scroll");
  if (!mark) {
    element.querySelector(".fn-close")?.focus();
    return;
  }
  const above = mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  scroller.scrollTop += above - scroller.clientHeight * 0.28;
  mark.focus({ preventScroll: true });
};

watch("value", () => {
  const shown = source();
  if (!shown) {
    visit = null;
    hide(false);
    return;
  }
  if (shown.dataset.visit === visit) return;
  visit = shown.dataset.visit;
  show();
  const { number, mark } = shown.dataset;
  document.dispatchEvent(new CustomEvent("footnote:opened", { detail: { number, mark } }));
  requestAnimationFrame(toQuotation);
});

// Text added above must not move what is being read: keep the distance to the mark.
let keep = null;
element.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) hide(true);
  const more = event.target.closest("[data-more]");
  if (!more) return;
  keep = element.querySelector("#fn-cited")?.getBoundingClientRect().top ?? null;
  trigger('more', { direction: more.dataset.more });
});
watch("value", () => {
  const mark = element.querySelector("#fn-cited");
  if (keep !== null && mark) {
    const scroller = element.querySelector(".fn-scroll");
    scroller.scrollTop += mark.getBoundingClientRect().top - keep;
  }
  keep = null;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen()) hide(true);
});
