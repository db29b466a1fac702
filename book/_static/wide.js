// A formula, table or code that is wider than its place scrolls: it fades at the edge, keys reach it.
{
  // All are measured before any is changed: a change in between makes the browser lay out anew.
  const mark = (boxes) => boxes.map((box) => [box, box.scrollWidth - box.clientWidth, box.scrollLeft])
    .forEach(([box, hidden, left]) => {
      box.classList.toggle("scrolls", hidden > 1);
      box.classList.toggle("more-left", left > 1);
      box.classList.toggle("more-right", left < hidden - 1);
      if (hidden > 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  // The box, and what is in it: a formula grows when its fonts arrive.
  const watch = new ResizeObserver((entries) =>
    mark([...new Set(entries.map(({ target }) => target.closest(".wide")))].filter(Boolean)));
  const add = (box) => {
    box.classList.add("wide");
    box.addEventListener("scroll", () => mark([box]), { passive: true });
    for (const el of [box, ...box.children]) watch.observe(el);
  };
  // Code and outputs, when they have a width: not yet when they are folded or far away.
  const code = new ResizeObserver((entries) => entries
    .map(({ target }) => [target, target.scrollWidth > target.clientWidth])
    .forEach(([box, scrolls]) => (box.tabIndex = scrolls ? 0 : -1)));

  const boxed = (table) => {
    const parent = table.parentElement;
    if (parent.tagName === "DIV" && parent.children.length === 1) return parent;
    const box = document.createElement("div");
    table.replaceWith(box);
    box.append(table);
    return box;
  };

  addEventListener("DOMContentLoaded", async () => {
    const article = document.querySelector(".bd-article");
    if (!article) return;
    article.querySelectorAll("table").forEach((table) => add(boxed(table)));
    article.querySelectorAll("pre, .cell_output > .output").forEach((box) => code.observe(box));
    await window.MathJax?.startup.promise;
    article.querySelectorAll("span.math, div.math > mjx-container").forEach(add);
    // Formulas are drawn: now there is time for what is far away, and links and scroll bar need its height.
    for (const section of article.querySelectorAll("section section")) {
      section.style.contentVisibility = "visible";
      await new Promise(requestAnimationFrame);
    }
  });
}
