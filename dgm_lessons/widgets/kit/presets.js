// Presets: a button is a state and a sentence. They come from Python (`PRESETS`, or `staged`), so
// that a page can offer its own, and a link #set-NAME?field=value in the text does the same.

import { button, h } from "./ui.js";

// The buttons, or null where there are none. The sentence stands beside them until the next change.
export function makePresets(w) {
  const presets = w.get("presets") ?? [];
  if (!presets.length || !w.fields) return null;
  const seen = h("p", { class: "dgm-preset-seen", "aria-live": "polite" });
  let own = false; // while a preset changes the fields
  const buttons = presets.map(([label, fields, sentence]) => {
    const node = button(label, null, () => {
      w.rest?.();
      own = true;
      w.fields.change(fields);
      own = false;
      seen.textContent = sentence;
    });
    node.classList.add("dgm-preset");
    return node;
  });
  w.onUpdate((settled, names) => {
    if (!own && names.length) seen.textContent = "";
  });
  return h("div", { class: "dgm-presets", role: "group", "aria-label": "Try" }, h("span", {}, "Try"), ...buttons, seen);
}
