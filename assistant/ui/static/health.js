// Body of the health's js_on_load: element and trigger are Gradio's.

element.addEventListener("click", (event) => {
  if (event.target.closest("[data-check]")) trigger('check', {});
});
