// A formula, table or code that is wider than its place scrolls: it fades at the edge, keys reach it.
{
  const mark = (box) => {
    const hidden = box.scrollWidth - box.clientWidth;
    box.classList.toggle("scrolls", hidden > 1);
    box.classList.toggle("more-left", box.scrollLeft > 1);
    box.classList.toggle("more-right", box.scrollLeft < hidden - 1);
    if (hidden > 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  // The box, and what is in it: a formula grows when its fonts arrive.
  const watch = new ResizeObserver((entries) =>
    new Set(entries.map(({ target }) => target.closest(".wide"))).forEach((box) => box && mark(box)));
  const add = (box) => {
    box.classList.add("wide");
    box.addEventListener("scroll", () => mark(box), { passive: true });
    for (const el of [box, ...box.children]) watch.observe(el);
  };
  // Code: the theme looks at it once, when folded code has no width yet.
  const code = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  }));

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
    article.querySelectorAll("pre").forEach((pre) => code.observe(pre));
    await window.MathJax?.startup.promise;
    article.querySelectorAll("span.math, div.math > mjx-container").forEach(add);
  });
}
