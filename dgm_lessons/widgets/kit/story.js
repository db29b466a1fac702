// A caption that changes with the state and says what is to be seen now.
//   makeStory(w, [[(now) => now.beta < 0.1, "A small step: ..."], [() => true, (now) => `... ${now.x}`]])
// The first line whose condition holds is told. It follows the fields by itself.

import { h } from "./ui.js";

export function makeStory(w, lines) {
  const node = h("p", { class: "dgm-story", "aria-live": "polite" });
  const tell = () => {
    const [, text] = lines.find(([holds]) => holds(w.fields.now)) ?? [null, ""];
    const said = typeof text === "function" ? text(w.fields.now) : text;
    if (node.textContent !== said) node.textContent = said;
  };
  w.onUpdate(tell);
  tell();
  return { node, tell };
}
