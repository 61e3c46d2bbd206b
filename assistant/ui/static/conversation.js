// Body of the conversation pane's js_on_load: element, props, trigger and watch are Gradio's.
// The server sends what has changed; it is put into the list here, so that nothing else moves, folds or loses the focus.
// Clicks go to the server as small numbers.

const scroller = document.getElementById("fn-conversation");
const box = () => document.querySelector("#fn-question textarea");
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

element.innerHTML = '<div class="fn-empty"></div><ol class="fn-exchanges" aria-label="Conversation" hidden></ol>'
  + '<p class="fn-hidden" role="status"></p>';
const [empty, list, status] = element.children;
const parsed = (markup) => {
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  return holder.content;
};

// ---- What the server sends -------------------------------------------------------------------------------------
const matched = (old, fresh) => old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName;
const morph = (old, fresh) => {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    const kept = name === "open" || name === "aria-expanded"; // what the reader has done to it
    if (!fresh.hasAttribute(name) && !kept) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const incoming = [...fresh.childNodes];
  for (const [place, child] of incoming.entries()) {
    const present = old.childNodes[place];
    if (present && matched(present, child)) morph(present, child);
    else if (present) present.replaceWith(child);
    else old.append(child);
  }
  while (old.childNodes.length > incoming.length) old.lastChild.remove();
};

let latest = "";
const apply = (news) => {
  if (!news || !news.order) return;
  let lacking = false;
  const present = new Map([...list.children].map((item) => [item.dataset.number, item]));
  for (const [place, [number, revision]] of news.order.entries()) {
    const key = String(number);
    let item = present.get(key);
    present.delete(key);
    if (news.put[key] !== undefined) {
      const fresh = parsed(news.put[key]).firstElementChild;
      if (item) morph(item, fresh);
      else item = fresh;
    }
    if (!item || item.dataset.revision !== String(revision)) lacking = true;
    // A node that is put where it stands already would lose the focus.
    if (item && list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  }
  for (const item of present.values()) item.remove();
  if (empty.innerHTML !== news.empty) empty.innerHTML = news.empty;
  const filled = news.order.length > 0;
  list.hidden = !filled;
  empty.hidden = filled;
  if (status.textContent !== news.said) status.textContent = news.said;
  if (news.mend && box() && !box().value) type(news.mend);
  for (const each of document.querySelectorAll("#fn-tools [data-filled]")) each.hidden = !filled;
  const undo = document.querySelector('#fn-tools [data-do="undo"]');
  if (undo) undo.hidden = !news.undo;
  if (news.key) sessionStorage.setItem("fn-conversation", news.key);
  else if (!element.dataset.resuming) sessionStorage.removeItem("fn-conversation");
  markOpened();
  if (lacking) trigger('resume', { key: "" });
  else arrive(filled);
};

// The newest answer is scrolled to when it comes, and as it grows, until the reader does anything with it.
let following = false;
for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
  scroller.addEventListener(name, () => { following = false; }, { passive: true });
}
const arrive = (filled) => {
  const last = list.lastElementChild;
  const state = filled ? `${last.dataset.number} ${Boolean(last.querySelector(".fn-searching"))}` : "";
  if (state === latest && !following) return;
  const first = latest === "";
  latest = state;
  following = filled;
  if (!filled) {
    box()?.focus();
    return;
  }
  const distance = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 16;
  scroller.scrollBy({ top: distance, behavior: calm() || first ? "auto" : "smooth" });
};

// ---- What the reader does --------------------------------------------------------------------------------------
let clicked = null;
const numberOf = (target) => Number(target.closest("[data-number]").dataset.number);
element.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  let target;
  if ((target = hit("[data-example]"))) trigger('example', { example: Number(target.dataset.example) });
  else if ((target = hit("[data-alone]"))) trigger('alone', { number: numberOf(target) });
  else if ((target = hit("[data-everywhere]"))) trigger('everywhere', { number: numberOf(target) });
  else if ((target = hit("[data-retry]"))) trigger('retry', { number: numberOf(target) });
  else if ((target = hit("[data-edit]"))) edit(numberOf(target));
  else if ((target = hit("[data-copy]"))) trigger('copy', { number: numberOf(target), form: target.dataset.copy });
  else if ((target = hit("[data-suggest]"))) {
    trigger('suggest', { number: numberOf(target), place: Number(target.dataset.suggest) });
  } else if ((target = hit("[data-judge]"))) {
    trigger('judge', { number: numberOf(target), mark: Number(target.dataset.of), verdict: target.dataset.judge });
  } else if ((target = hit("[data-mark]"))) {
    if (target.tagName !== "BUTTON" && !window.getSelection().isCollapsed) return; // words are being selected
    clicked = { cited: target, top: target.getBoundingClientRect().top };
    trigger('cite', { number: numberOf(target), mark: Number(target.dataset.mark) });
  }
});

// The box is emptied when its question is sent, and by nothing else: what is typed meanwhile is the next question.
const type = (text) => {
  const typed = box();
  typed.value = text;
  typed.dispatchEvent(new Event("input", { bubbles: true }));
};
const ask = () => {
  const question = box().value;
  if (question.trim()) type("");
  trigger('ask', { question });
};

let editing = false;
const edit = (number) => {
  editing = true;
  trigger('edit', { number });
  box()?.focus();
};
document.addEventListener("keydown", (event) => {
  if (event.target !== box()) return;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    editing = false;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) ask();
  }
  if (event.key === "Escape" && editing) {
    editing = false;
    event.stopPropagation();
    type("");
    trigger('edit', { number: 0 });
  }
}, true);

// The tools below the box, and the keys, ask for what only this component can send.
document.addEventListener("click", (event) => {
  if (event.target.closest("#fn-ask")) {
    editing = false;
    ask();
  }
  const target = event.target.closest("#fn-tools [data-do], #fn-tools [data-export]");
  if (!target) {
    for (const menu of document.querySelectorAll("#fn-tools details[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    return;
  }
  if (target.dataset.export) {
    trigger('export', { form: target.dataset.export });
    target.closest("details").open = false;
  } else document.dispatchEvent(new CustomEvent("fn-do", { detail: target.dataset.do }));
});
document.addEventListener("fn-do", (event) => {
  const last = list.lastElementChild;
  const number = last ? Number(last.dataset.number) : 0;
  if (event.detail === "undo") {
    trigger('undo');
    box()?.focus();
  } else if (event.detail === "edit" && last) edit(number);
  else if (event.detail === "retry" && last) trigger('retry', { number });
  else if (event.detail === "copy" && last) trigger('copy', { number, form: "plain" });
});

// ---- Which footnote is open: told by the source pane, marked here -------------------------------------------------
let opened = null;
const markOpened = () => {
  for (const button of element.querySelectorAll(".fn-mark[aria-expanded]")) button.removeAttribute("aria-expanded");
  const button = opened && element.querySelector(
    `[data-number="${opened.number}"] .fn-mark[data-mark="${opened.mark}"]`);
  if (button) button.setAttribute("aria-expanded", "true");
  return button;
};
document.addEventListener("footnote:opened", (event) => {
  opened = event.detail;
  markOpened();
  // The column has become narrower: what was clicked stays where it was.
  if (clicked) scroller.scrollTop += clicked.cited.getBoundingClientRect().top - clicked.top;
  clicked = null;
});
document.addEventListener("footnote:closed", (event) => {
  const button = markOpened();
  opened = null;
  if (button && event.detail.returnFocus) button.focus();
  markOpened();
});

// ---- A reload brings the tab's conversation back ---------------------------------------------------------------------
const key = sessionStorage.getItem("fn-conversation");
if (key) {
  element.dataset.resuming = "true";
  empty.hidden = true;
  trigger('resume', { key });
} else apply(props.value);
watch("value", () => {
  delete element.dataset.resuming;
  apply(props.value);
});
