// Body of the passage list's js_on_load: element, trigger and watch are Gradio's.

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-passage]");
  if (button) trigger('passage', { passage: Number(button.dataset.passage) });
});
