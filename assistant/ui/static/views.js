// Body of the view buttons' js_on_load: element is Gradio's.
// Shows a view in place of the conversation and the source, or those again.

const pick = (name) => {
  for (const button of element.querySelectorAll("[data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === name));
  }
  for (const view of document.querySelectorAll(".fn-view")) {
    view.classList.toggle("fn-picked", view.id === `fn-view-${name}`);
  }
  document.documentElement.classList.toggle("fn-elsewhere", name !== "");
};
document.addEventListener("footnote:view", (event) => pick(event.detail.name)); // a view may lead to another
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-view]");
  if (button) pick(button.dataset.view);
});
