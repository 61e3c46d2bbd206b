// Body of the scope line's js_on_load: element and trigger are Gradio's.
element.addEventListener("click", (event) => {
  if (!event.target.closest("[data-clear]")) return;
  trigger('clear', {});
  document.querySelector("#fn-question textarea")?.focus();
});
