// Body of the file's js_on_load: element and watch are Gradio's.
// What the server sent as text becomes a file, made here: no address of it is ever reachable for others.

watch("value", () => {
  const sent = element.querySelector("data");
  if (!sent) return;
  const address = URL.createObjectURL(new Blob([sent.textContent], { type: sent.dataset.type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = sent.dataset.name;
  link.click();
  sent.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
});
