// Body of the conversation pane's js_on_load: element, trigger and watch are Gradio's.
// Clicks on footnotes and examples go to the server as small numbers; the newest answer is scrolled to.

const scroller = document.getElementById("fn-conversation");
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

let clicked = null;
const unfolded = new Set();
element.addEventListener("click", (event) => {
  const example = event.target.closest("[data-example]");
  if (example) {
    trigger('example', { example: Number(example.dataset.example) });
    return;
  }
  const alone = event.target.closest("[data-alone]");
  if (alone) {
    trigger('alone', { number: Number(alone.closest("[data-number]").dataset.number) });
    return;
  }
  const judging = event.target.closest("[data-judge]");
  if (judging) {
    trigger('judge', {
      number: Number(judging.closest("[data-number]").dataset.number),
      mark: Number(judging.dataset.of),
      verdict: judging.dataset.judge,
    });
    return;
  }
  const summary = event.target.closest("summary");
  if (summary) {
    const number = summary.closest("[data-number]").dataset.number;
    if (summary.parentElement.open) unfolded.delete(number);
    else unfolded.add(number);
    return;
  }
  const cited = event.target.closest("[data-mark]");
  const selecting = cited && cited.tagName !== "BUTTON" && !window.getSelection().isCollapsed;
  if (!cited || selecting) return;
  const exchange = cited.closest("[data-number]");
  clicked = { cited, top: cited.getBoundingClientRect().top };
  trigger('cite', { number: Number(exchange.dataset.number), mark: Number(cited.dataset.mark) });
});

// Which footnote is open: told by the source pane, marked here, and kept marked when the conversation grows.
let opened = null;
const markOpened = () => {
  for (const button of element.querySelectorAll(".fn-mark[aria-expanded]")) button.removeAttribute("aria-expanded");
  const button = opened && element.querySelector(
    `[data-number="${opened.number}"] .fn-mark[data-mark="${opened.mark}"]`);
  if (button) button.setAttribute("aria-expanded", "true");
  return button;
};
document.addEventListener("footnote:opened", (event) => {
  opened = event.detail;
  markOpened();
  // The column has become narrower: what was clicked stays where it was.
  if (clicked) scroller.scrollTop += clicked.cited.getBoundingClientRect().top - clicked.top;
  clicked = null;
});
document.addEventListener("footnote:closed", (event) => {
  const button = markOpened();
  opened = null;
  if (button && event.detail.returnFocus) button.focus();
  markOpened();
});

let shown = "";
watch("value", () => {
  markOpened();
  for (const number of unfolded) {
    element.querySelector(`[data-number="${number}"] details`)?.setAttribute("open", "");
  }
  const last = element.querySelector(".fn-exchange:last-child");
  const state = last ? `${last.dataset.number} ${Boolean(last.querySelector(".fn-searching"))}` : "";
  if (state === shown) return;
  shown = state;
  if (!last) {
    unfolded.clear();
    document.querySelector("#fn-question textarea")?.focus();
    return;
  }
  const distance = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 16;
  scroller.scrollBy({ top: distance, behavior: calm() ? "auto" : "smooth" });
});
