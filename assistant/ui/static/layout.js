// Body of the header's js_on_load: element is Gradio's.
// The library is a pane that can be folded away on a wide screen and a sheet over the conversation on a narrower one;
// tabs show further views in place of the three panes.

const narrow = window.matchMedia("(max-width: 1099.98px)");
const root = document.documentElement;
const KEPT = "footnote.library";
const button = () => element.querySelector("[data-library]");
const isShown = () => (narrow.matches ? root.classList.contains("fn-shelf") : !root.classList.contains("fn-folded"));

const remember = (value) => {
  try { window.localStorage.setItem(KEPT, value); } catch { /* a browser may forbid it: then it is not remembered */ }
};
const remembered = () => {
  try { return window.localStorage.getItem(KEPT); } catch { return null; }
};

// What a sheet covers must not take the focus.
const arrange = () => {
  button()?.setAttribute("aria-expanded", String(isShown()));
  const covered = narrow.matches && root.classList.contains("fn-shelf");
  if (narrow.matches && root.classList.contains("fn-open")) return; // the source's sheet sees to it
  for (const id of ["fn-header", "fn-chat"]) {
    const pane = document.getElementById(id);
    if (pane) pane.inert = covered;
  }
};
const show = () => {
  if (narrow.matches) {
    root.classList.add("fn-shelf");
    if (!window.history.state?.library) {
      // The phone's own "back" closes the sheet instead of leaving the page.
      window.history.pushState({ ...window.history.state, library: true }, "");
    }
  } else {
    root.classList.remove("fn-folded");
    remember("shown");
  }
  arrange();
  document.getElementById("fn-library-title")?.focus();
  document.dispatchEvent(new CustomEvent("footnote:library"));
};
const hide = () => {
  if (!isShown()) return;
  if (narrow.matches) {
    root.classList.remove("fn-shelf");
    if (window.history.state?.library) window.history.back();
  } else {
    root.classList.add("fn-folded");
    remember("folded");
  }
  arrange();
  button()?.focus();
};

if (remembered() === "folded") root.classList.add("fn-folded");
arrange();
narrow.addEventListener("change", () => {
  root.classList.remove("fn-shelf");
  arrange();
});
window.addEventListener("popstate", () => {
  if (narrow.matches && !window.history.state?.library) hide();
});
document.addEventListener("footnote:hide-library", hide);
document.addEventListener("footnote:closed", arrange);
// Before the source hears of it: of two sheets, one over the other, a key closes the upper one only.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !narrow.matches || root.classList.contains("fn-open")) return;
  if (!document.querySelector("dialog[open]")) hide();
}, true);

const pick = (name) => {
  for (const tab of element.querySelectorAll("[data-view]")) {
    tab.setAttribute("aria-pressed", String(tab.dataset.view === name));
  }
  for (const view of document.querySelectorAll(".fn-view")) {
    view.classList.toggle("fn-picked", view.id === `fn-view-${name}`);
  }
  root.classList.toggle("fn-elsewhere", name !== "");
};
document.addEventListener("footnote:view", (event) => pick(event.detail.name)); // a view may lead to another
element.addEventListener("click", (event) => {
  if (event.target.closest("[data-library]")) {
    if (isShown()) hide();
    else show();
  }
  const tab = event.target.closest("[data-view]");
  if (tab) pick(tab.dataset.view);
});
