// Body of the picker's js_on_load: element, trigger and watch are Gradio's.
// Chooses, sends, runs and stops a question set.

// Whoever shows this view, and however: when it is on the screen, its content is asked for.
new IntersectionObserver(([seen]) => {
  if (seen.isIntersecting) trigger('look', {});
}).observe(element.closest(".fn-view"));

let held = false;
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  held = true;
  if ("run" in button.dataset) {
    button.disabled = true;
    trigger('run', { set: Number(element.querySelector("#fn-set").value) });
  } else if ("stop" in button.dataset) {
    button.disabled = true;
    button.textContent = "Stopping…";
    trigger('stop', {});
  } else if ("feedback" in button.dataset) trigger('feedback', {});
});

element.addEventListener("change", (event) => {
  const input = event.target.closest("input[type=file]");
  const file = input?.files[0];
  if (!file) return;
  held = true;
  if (file.size > Number(input.dataset.most)) {
    trigger('upload', { name: file.name, data: null });
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    trigger('upload', { name: file.name, data: reader.result.slice(reader.result.indexOf(",") + 1) });
  });
  reader.readAsDataURL(file);
});

// The button that was pressed is another one now: the focus stays in its place.
watch("value", () => {
  if (held && !document.activeElement?.matches("#fn-picker *")) element.querySelector(".fn-primary:enabled")?.focus();
});
