// A passage that is clicked is shown whole; without this the link leads to where it begins.
for (const link of document.querySelectorAll("a[data-from]")) {
  link.addEventListener("click", () => {
    const article = link.closest("article");
    for (const old of article.querySelectorAll(".shown, .current")) old.classList.remove("shown", "current");
    link.classList.add("current");
    const from = Number(link.dataset.from), to = Number(link.dataset.to);
    for (const piece of article.querySelectorAll(".text span[data-at]")) {
      const at = Number(piece.dataset.at);
      if (at >= from && at < to) piece.classList.add("shown");
    }
  });
}
