// Body of the facts' js_on_load: element, trigger and watch are Gradio's.
// Asks for everything of the Index view whenever it is shown.

document.addEventListener("footnote:view", (event) => {
  if (event.detail.view === "index") trigger('look', {});
});
