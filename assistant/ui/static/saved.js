// Body of the saved conversations' js_on_load: element, props, trigger and watch are Gradio's.

element.innerHTML = '<dialog class="fn-sheet" id="fn-saved-sheet" aria-labelledby="fn-saved-heading"><header>'
  + '<h2 id="fn-saved-heading">Saved conversations</h2><button type="button" data-shut>Close</button></header>'
  + '<div class="fn-saved-list" aria-live="polite"></div></dialog>';
const sheet = element.querySelector("dialog");
const list = element.querySelector(".fn-saved-list");
const keyOf = (target) => target.closest("[data-key]").dataset.key;

watch("value", () => { list.innerHTML = props.value ?? ""; });
document.addEventListener("fn-do", (event) => {
  if (event.detail !== "saved" || document.querySelector("dialog[open]")) return;
  trigger('list');
  sheet.showModal();
});

const rename = (button) => {
  const item = button.closest("li");
  const title = item.querySelector(".fn-saved-title").textContent;
  const form = document.createElement("form");
  form.innerHTML = '<input type="text" maxlength="120" aria-label="New name" dir="auto"><button>Save</button>';
  const field = form.querySelector("input");
  field.value = title;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trigger('rename', { key: keyOf(form), title: field.value });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // the sheet stays
    event.stopPropagation();
    form.replaceWith(item.firstElementChild === form ? shown : "");
    button.focus();
  });
  const shown = item.querySelector(".fn-open-saved");
  shown.replaceWith(form);
  field.select();
};

element.addEventListener("click", (event) => {
  const target = event.target.closest("button");
  if (event.target === sheet || target?.matches("[data-shut]")) sheet.close();
  else if (target?.matches("[data-open]")) {
    trigger('open', { key: keyOf(target) });
    sheet.close();
  } else if (target?.matches("[data-rename]")) rename(target);
  else if (target?.matches("[data-delete]")) {
    if (target.dataset.sure) trigger('delete', { key: keyOf(target) });
    else {
      target.dataset.sure = "true";
      target.textContent = "Delete for good?";
      target.addEventListener("blur", () => {
        delete target.dataset.sure;
        target.textContent = "Delete";
      }, { once: true });
    }
  }
});
