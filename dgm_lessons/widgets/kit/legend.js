// What the marks of a picture mean: legend([["line", "high", "exact p"], ["dash", "particle", "q"]]).
// Kinds: line, dash, dots (a dotted line), area, heat, dot, ring, handle, arrow, cross, bar, tick, numeral.

import { h } from "./ui.js";

const SHAPES = {
  line: '<path d="M0 6h18"/>',
  dash: '<path d="M0 6h18" stroke-dasharray="5 3"/>',
  dots: '<path d="M1 6h18" stroke-dasharray="0 4" stroke-linecap="round"/>',
  area: '<path d="M0 3h18v9H0z" fill="currentColor" fill-opacity="0.3" stroke="none"/><path d="M0 3h18"/>',
  heat: '<path d="M0 1h6v10H0z" fill="currentColor" fill-opacity="0.25" stroke="none"/><path d="M6 1h6v10H6z" ' +
    'fill="currentColor" fill-opacity="0.6" stroke="none"/><path d="M12 1h6v10h-6z" fill="currentColor" stroke="none"/>',
  dot: '<circle cx="9" cy="6" r="4" fill="currentColor" stroke="none"/>',
  ring: '<circle cx="9" cy="6" r="5" stroke-width="1.2"/>',
  handle: '<circle cx="9" cy="6" r="5" fill="currentColor" fill-opacity="0.25"/>',
  arrow: '<path d="M1 6h15M11 2l5 4-5 4" stroke-width="1.5"/>',
  cross: '<path d="M5 2l8 8M5 10l8-8" stroke-width="2.5"/>',
  bar: '<path d="M6 0h7v12H6z" fill="currentColor" stroke="none"/>',
  numeral: '<text x="9" y="11" font-size="13" font-style="normal" font-weight="600" text-anchor="middle" fill="currentColor" stroke="none">3</text>',
  tick: '<path d="M9 0v12"/>',
};

export function legend(entries) {
  return h("div", { class: "dgm-legend" }, ...entries.map(([kind, colour, text]) => {
    const key = h("i", { class: "dgm-key", "aria-hidden": "true" });
    key.style.color = `var(--dgm-${colour})`;
    key.innerHTML = `<svg viewBox="0 0 18 12" width="18" height="12" fill="none" stroke="currentColor" ` +
      `stroke-width="2">${SHAPES[kind]}</svg>`;
    return h("span", {}, key, text);
  }));
}
