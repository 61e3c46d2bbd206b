// Body of the view buttons' js_on_load: element, trigger and watch are Gradio's.
// Switches the main area; tells the view that is shown.

const root = document.documentElement;
const columns = { ask: "fn-chat", evaluate: "fn-evaluate", index: "fn-index" };

const show = (view) => {
  if (!(view in columns)) return;
  root.dataset.fnView = view;
  for (const button of element.querySelectorAll("[data-view]")) {
    if (button.dataset.view === view) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  document.dispatchEvent(new CustomEvent("footnote:view", { detail: { view } }));
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-view]");
  if (button) show(button.dataset.view);
});
document.addEventListener("footnote:show", (event) => show(event.detail.view));

// What the source covers as a sheet must not take the focus.
const arrange = (covered) => {
  for (const id of [columns.evaluate, columns.index]) {
    const column = document.getElementById(id);
    if (column) column.inert = covered;
  }
};
document.addEventListener("footnote:opened", () => {
  const side = document.getElementById("fn-side");
  arrange(Boolean(side) && getComputedStyle(side).position === "fixed");
});
document.addEventListener("footnote:closed", () => arrange(false));
