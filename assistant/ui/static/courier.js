// Body of the courier's js_on_load: hands a text from the server to the clipboard, or saves it as a file.

const tell = (message) => {
  const hint = document.querySelector("#fn-hint p");
  if (hint) hint.textContent = message;
};

// Where the browser keeps the clipboard shut (no HTTPS, or refused), the text is shown, selected, to be copied by hand.
const byHand = (text) => {
  const sheet = document.createElement("dialog");
  sheet.className = "fn-sheet";
  sheet.setAttribute("aria-label", "Copy by hand");
  sheet.innerHTML = '<header><h2>Press Ctrl+C to copy</h2><button type="button">Close</button></header>'
    + '<textarea readonly rows="12" aria-label="Text to copy" dir="auto"></textarea>';
  const area = sheet.querySelector("textarea");
  area.value = text;
  sheet.querySelector("button").addEventListener("click", () => sheet.close());
  sheet.addEventListener("close", () => sheet.remove());
  document.getElementById("fn-main").append(sheet);
  sheet.showModal();
  area.focus();
  area.select();
};
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied.");
  } catch {
    byHand(text);
  }
};
const save = ({ name, type, text }) => {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  tell(`Saved as ${name}.`);
};

watch("value", () => {
  const order = props.value;
  if (order?.do === "copy") copy(order.text);
  if (order?.do === "save") save(order);
});
