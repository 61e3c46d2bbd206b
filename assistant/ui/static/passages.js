// Body of the passage list's js_on_load: element, trigger and watch are Gradio's.

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-passage]");
  if (button) trigger('passage', { passage: Number(button.dataset.passage) });
});

// The source lies beside the view, or over it; what it covers must not take the focus.
const view = element.closest(".fn-view");
const arrange = (isOpen) => {
  const side = document.getElementById("fn-side");
  const header = document.getElementById("fn-header");
  side.style.setProperty("--fn-top", `${header.offsetHeight}px`);
  view.inert = isOpen && side.offsetWidth >= window.innerWidth;
};
document.addEventListener("footnote:opened", () => arrange(true));
document.addEventListener("footnote:closed", () => arrange(false));
