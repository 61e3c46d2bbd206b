// Body of the library's head's js_on_load: element and trigger are Gradio's.
// Search, filter, uploads with their progress, the question before something is removed, and a look at what changed.

const BUSY_MS = 700;
const QUIET_MS = 5000;
const AT_ONCE = 2;
const head = () => element.querySelector(".fn-tools");
const editable = () => head()?.dataset.editable === "1";

// ---- Search and filter
let typing = 0;
const look = () => trigger('look', {
  query: element.querySelector("input[type=search]").value,
  show: element.querySelector("select").value,
});
element.addEventListener("input", (event) => {
  if (!event.target.matches("input[type=search]")) return;
  clearTimeout(typing);
  typing = setTimeout(look, 120);
});

// ---- What others changed, and what our own changes come to
let soon = 0;
const ask = () => {
  clearTimeout(soon);
  if (document.visibilityState === "visible") trigger('poll', {});
  const busy = document.querySelector("#fn-jobs [data-busy='1']");
  soon = setTimeout(ask, busy ? BUSY_MS : QUIET_MS);
};
soon = setTimeout(ask, BUSY_MS); // what was under way before this page was opened is followed, too
const askSoon = () => {
  clearTimeout(soon);
  soon = setTimeout(ask, BUSY_MS);
};
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") askSoon(); });

// ---- Uploads: one line each, a few at a time
const waiting = [];
let running = 0;
const line = (name) => {
  const item = document.createElement("li");
  const shown = document.createElement("bdi");
  shown.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Upload of ${name}`);
  item.append(shown, bar);
  element.querySelector(".fn-uploads").append(item);
  return item;
};
const refuse = (item, why) => {
  item.querySelector("progress")?.remove();
  item.classList.add("fn-failed");
  const told = document.createElement("span");
  told.setAttribute("role", "alert");
  told.append(item.querySelector("bdi"), ` ${why} `);
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "OK";
  close.addEventListener("click", () => item.remove());
  item.append(told, close);
};
const address = () => `${window.gradio_config?.root ?? ""}/api/documents?refuse=false`; // the list says why
const send = ({ file, item }) => {
  running += 1;
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("files", file, file.name); // the server makes the name safe
  request.open("POST", address());
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) item.querySelector("progress").value = event.loaded / event.total;
  });
  request.addEventListener("load", () => {
    if (request.status !== 202) {
      const large = request.status === 413;
      refuse(item, large ? "is larger than what is taken here." : "was not taken. Please try again.");
      return;
    }
    item.remove();
    trigger('poll', {});
    askSoon();
  });
  request.addEventListener("error", () => refuse(item, "did not arrive. Is the server still running?"));
  request.addEventListener("loadend", () => {
    running -= 1;
    next();
  });
  request.send(form);
};
const next = () => {
  while (running < AT_ONCE && waiting.length) send(waiting.shift());
};
const add = (files) => {
  const largest = Number(head().dataset.largest);
  for (const file of files) {
    const item = line(file.name);
    if (file.size > largest) refuse(item, "is larger than what is taken here.");
    else if (file.size === 0) refuse(item, "is empty.");
    else waiting.push({ file, item });
  }
  next();
};
element.addEventListener("change", (event) => {
  if (event.target.matches("select")) look();
  if (!event.target.matches("input[type=file]")) return;
  add([...event.target.files]);
  event.target.value = "";
});

// ---- Dropping: on the library they are added, elsewhere nothing happens to the page
const carries = (event) => event.dataTransfer?.types.includes("Files");
const pane = () => document.getElementById("fn-library");
window.addEventListener("dragover", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  const here = editable() && pane().contains(event.target);
  event.dataTransfer.dropEffect = here ? "copy" : "none";
  pane().classList.toggle("fn-over", here);
});
window.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) pane().classList.remove("fn-over");
});
window.addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  pane().classList.remove("fn-over");
  if (editable() && pane().contains(event.target)) add([...event.dataTransfer.files]);
});

// ---- Buttons, and the question before something is removed
let meant = 0;
const say = (title, text, removing) => {
  const dialog = element.querySelector("dialog");
  dialog.querySelector("h3").textContent = title;
  dialog.querySelector("p").textContent = text;
  dialog.querySelector("[value=yes]").hidden = !removing;
  dialog.querySelector("[value=no]").textContent = removing ? "Keep" : "Close";
  dialog.returnValue = "no";
  dialog.showModal();
};
document.addEventListener("footnote:remove", (event) => {
  meant = event.detail.number;
  say(
    "Remove this file?",
    `${event.detail.file} is moved to the hidden folder “.removed” beside the documents and no longer searched.`,
    true,
  );
});
document.addEventListener("footnote:why", (event) => {
  meant = 0;
  say("This file cannot be read", event.detail.text, false);
});
element.addEventListener("close", (event) => {
  if (!meant || event.target.returnValue !== "yes") return;
  trigger('remove', { number: meant });
  meant = 0;
  askSoon();
}, true);
element.addEventListener("click", (event) => {
  if (event.target.closest("[data-hide]")) document.dispatchEvent(new CustomEvent("footnote:hide-library"));
  if (event.target.closest("[data-add]")) element.querySelector("input[type=file]").click();
  if (event.target.closest("[data-refresh]")) {
    trigger('refresh', {});
    askSoon();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("#fn-jobs [data-forget]")) trigger('forget', {});
});
