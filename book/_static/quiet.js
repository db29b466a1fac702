// The theme reports its own routine on the console. Keep the console for what a reader should see.
// It also measures what may scroll, one box after the other, so that the page is laid out for each:
// half a second on a phone. It finds none here, as `wide.js` looks at them when they come in sight.
(() => {
  const log = console.log.bind(console);
  console.log = (...words) => {
    if (!/^\[(PST|togglebutton)\]/.test(String(words[0]))) log(...words);
  };
  const all = document.querySelectorAll.bind(document);
  document.querySelectorAll = (selectors) => all(/^pre, \.nboutput/.test(selectors) ? ":not(*)" : selectors);
})();
