// Body of the source pane's js_on_load: element, trigger and watch are Gradio's.
// Shows and hides the pane, scrolls to what is aimed at, hands the focus there and back, and sends each move to the
// server as a small number or the words that are looked for.

const narrow = window.matchMedia("(max-width: 1099.98px)");
const root = document.documentElement;
const source = () => element.querySelector(".fn-source");
const scroller = () => element.querySelector(".fn-scroll");
const isOpen = () => root.classList.contains("fn-open");
let visit = null;
let moves = null;

let opener = null; // what had the focus when a source was opened: it has it again when that is closed
const show = () => {
  const { activeElement: from } = document;
  if (!isOpen() || !element.contains(from)) opener = from === document.body ? null : from;
  root.classList.add("fn-open");
  if (narrow.matches && !window.history.state?.footnote) {
    // The phone's own "back" closes the sheet instead of leaving the page.
    window.history.pushState({ ...window.history.state, footnote: true }, "");
  }
  arrange();
};
const hide = (returnFocus) => {
  if (!isOpen()) return;
  root.classList.remove("fn-open");
  if (window.history.state?.footnote) window.history.back();
  arrange();
  document.dispatchEvent(new CustomEvent("footnote:closed", { detail: { returnFocus } }));
  const { activeElement: now } = document;
  if (returnFocus && opener && (now === document.body || element.contains(now))) {
    const again = opener.isConnected ? opener : document.querySelector(`[data-key="${CSS.escape(opener.dataset.key ?? "")}"]`);
    again?.focus({ preventScroll: true });
  }
};
// What a full-width sheet covers must not take the focus.
const arrange = () => {
  for (const id of ["fn-header", "fn-chat", "fn-library"]) {
    const covered = document.getElementById(id);
    if (covered) covered.inert = isOpen() && narrow.matches;
  }
};
narrow.addEventListener("change", arrange);
window.addEventListener("popstate", () => { if (!window.history.state?.footnote) hide(true); });

// ---- Where the reader is ----
const aimedAt = () => {
  const aim = source().dataset.aim;
  return element.querySelector(`#${aim}`) ?? (aim === "fn-stay" ? null : element.querySelector("#fn-here"));
};
const toAim = () => {
  const aim = aimedAt();
  if (!aim) return;
  const whole = aim.id === "fn-here";
  const above = aim.getBoundingClientRect().top - scroller().getBoundingClientRect().top;
  scroller().scrollTop += above - (whole ? 12 : scroller().clientHeight * 0.28);
  settled = scroller().scrollTop;
};
let settled = null;

// What has the focus is drawn anew with every move: it is held by name, with what was typed since.
let held = null;
let typed = null;
let at = null;
const hold = () => {
  held = element.contains(document.activeElement) ? document.activeElement.dataset.keep ?? null : null;
  at = scroller()?.scrollTop ?? null;
};
const release = () => {
  const control = held && element.querySelector(`[data-keep="${held}"]`);
  if (control && (document.activeElement === document.body || element.contains(document.activeElement))) {
    control.focus({ preventScroll: true });
    if (control.type === "search") {
      if (typed !== null) control.value = typed;
      control.setSelectionRange(control.value.length, control.value.length);
    }
  }
  held = null;
};

// One move at a time: answers to several could arrive in any order. The latest waits for the one under way.
const PATIENCE = 3000;
let sent = 0;
let next = null;
const send = (event, data) => {
  if (Date.now() - sent < PATIENCE) {
    next = () => send(event, data);
    return;
  }
  sent = Date.now();
  trigger(event, data);
  setTimeout(arrived, PATIENCE);
};
const arrived = () => {
  if (next && Date.now() - sent >= PATIENCE - 50) {
    sent = 0;
    const waiting = next;
    next = null;
    waiting();
  }
};
watch("value", () => {
  sent = 0;
  arrived();
});

// Clicks come faster than pages: they count from the page, or footnote, that was asked for last.
let wanted = null;
let wantedMark = null;
const pageBox = () => element.querySelector(".fn-pages input");
const turn = (page) => {
  const pages = element.querySelector(".fn-pages");
  if (!pages) return;
  if (!Number.isFinite(page)) {
    pageBox().value = pageBox().defaultValue;
    return;
  }
  wanted = Math.min(Math.max(1, Math.round(page)), Number(pages.dataset.pages));
  pageBox().value = wanted;
  hold();
  send('turn', { page: wanted });
};
const find = (direction) => {
  const box = element.querySelector(".fn-finding input");
  typed = null;
  hold();
  send('find', { words: box.value, direction });
};

watch("value", () => {
  const shown = source();
  if (!shown) {
    visit = moves = wanted = wantedMark = typed = null;
    hide(false);
    return;
  }
  const opening = `${shown.dataset.visit} ${shown.dataset.number} ${shown.dataset.mark}`;
  if (opening !== visit) {
    visit = opening;
    moves = shown.dataset.moves;
    wanted = typed = null;
    if (Number(shown.dataset.mark) === wantedMark) wantedMark = null;
    const stepping = held;
    show();
    const { number, mark } = shown.dataset;
    document.dispatchEvent(new CustomEvent("footnote:opened", { detail: { number, mark } }));
    requestAnimationFrame(() => {
      if (!scroller()) return element.querySelector(".fn-close")?.focus();
      toAim();
      if (stepping) release();
      else (element.querySelector("#fn-cited") ?? element.querySelector(".fn-close")).focus({ preventScroll: true });
    });
    return;
  }
  if (shown.dataset.moves === moves) return;
  moves = shown.dataset.moves;
  if (Number(pageBox()?.value) === wanted) wanted = null;
  else if (wanted !== null && pageBox()) pageBox().value = wanted;
  release();
  if (at !== null && scroller()) scroller().scrollTop = at;
  toAim();
});

// Text added above or below must not move what is being read.
let grows = null;
watch("value", () => {
  if (grows && scroller()) scroller().scrollTop = grows.above ? scroller().scrollHeight - grows.left : grows.top;
  grows = null;
});

// As text, the page's number follows the scrolling.
let waiting = false;
element.addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    const box = pageBox();
    if (!box || wanted !== null || document.activeElement === box || scroller().scrollTop === settled) return;
    const line = scroller().getBoundingClientRect().top + scroller().clientHeight * 0.3;
    let page = null;
    for (const each of element.querySelectorAll(".fn-page")) {
      if (each.getBoundingClientRect().top > line) break;
      page = each.dataset.at;
    }
    if (page !== null) box.value = page;
  });
}, { capture: true, passive: true });

// ---- Controls ----
const copied = (button, done) => {
  const said = element.querySelector(".fn-copied");
  if (said) said.textContent = done ? "Copied." : "Copying is not allowed here. Select the words instead.";
};
const copy = async (button) => {
  const { origin, pathname } = window.location;
  const text = button.dataset.copy === "link"
    ? origin + pathname + button.dataset.link
    : element.querySelector("template.fn-quote").content.textContent;
  try {
    await navigator.clipboard.writeText(text);
    copied(button, true);
  } catch {
    // No clipboard without TLS on other hosts: the old way.
    const box = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    box.className = "fn-hidden";
    element.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    button.focus();
    copied(button, done);
  }
};
const page = () => wanted ?? Number(pageBox()?.value);
const places = {
  first: () => 1,
  previous: () => page() - 1,
  next: () => page() + 1,
  last: () => Number(element.querySelector(".fn-pages").dataset.pages),
};
// With none open, the server opens the first footnote of the latest answer.
const step = (by) => {
  const { mark, marks } = source()?.dataset ?? {};
  const from = wantedMark ?? Number(mark ?? 0);
  const to = Math.min(Math.max(1, from + by), Number(marks ?? 1));
  if (source() && to === from) return;
  wantedMark = to;
  hold();
  send('step', { mark: to });
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const { turn: place, step: by, find: direction, look, copy: what, more } = button.dataset;
  if ("close" in button.dataset) hide(true);
  else if (place) turn(places[place]());
  else if (by) step(Number(by));
  else if (direction) find(Number(direction));
  else if (what) copy(button);
  else if (look) {
    hold();
    send('look', { look, page: page() });
  } else if (more) {
    const { scrollTop, scrollHeight } = scroller();
    grows = { above: more === "above", top: scrollTop, left: scrollHeight - scrollTop };
    trigger('more', { direction: more });
  }
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.matches(".fn-finding")) find(1);
  else turn(Number.parseInt(pageBox().value, 10));
});
element.addEventListener("input", (event) => {
  if (event.target.type === "search") typed = event.target.value;
});
// The cross in the box, and Escape, empty it: then nothing is looked for any more.
element.addEventListener("search", (event) => { if (event.target.value === "") find(1); });

document.addEventListener("fn-next", () => step(1));
document.addEventListener("fn-previous", () => step(-1));
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.(".fn-finding input");
  if (box && event.key === "Enter" && event.shiftKey) {
    event.preventDefault();
    find(-1);
  } else if (event.key === "Escape" && isOpen() && !box?.value) hide(true);
});

// ---- A link to a place ----
const link = new URLSearchParams(window.location.search);
if (link.has("document")) {
  const values = Object.fromEntries(["document", "start", "end", "sha256"].map((name) => [name, link.get(name)]));
  trigger('place', values);
}
