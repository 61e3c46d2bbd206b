// Body of the report's js_on_load: element and trigger are Gradio's.
// A question of the report is asked in the conversation; the whole report is downloaded.

element.addEventListener("click", (event) => {
  if (event.target.closest("[data-report]")) {
    trigger('report', {});
    return;
  }
  const question = event.target.closest("[data-open]");
  if (!question) return;
  trigger('open', { question: Number(question.dataset.open) });
  document.dispatchEvent(new CustomEvent("footnote:view", { detail: { name: "" } }));
  document.querySelector("#fn-question textarea")?.focus();
});
