// The life of a widget: its root, its model, its colours, and how its parts are laid out.

import { linkButton, followLinks } from "./link.js";
import { makePresets } from "./presets.js";
import { makeGuess } from "./predict.js";
import { makeColours } from "./colours.js";
import { h } from "./ui.js";

// The module's default export: build(w) sets a widget up. `name` is that of its folder, with
// hyphens. w gives its parts
//   root, el, model, signal      the element with class dgm-NAME; what anywidget hands over
//   get(name)                    a field of the model
//   knows(word)                  whether the page has taught this word (`WORDS` in Python)
//   mixture()                    { weights, means, covariances } of a MixtureWidget, a copy
//   colours                      { ink: [r, g, b], ... }: the style sheet's --dgm-..., as they are now
//   onRepaint(callback)          called when the page turns dark or light, or goes to print
//   arrange({ stand, panel, foot })   lays the parts out; see below
export function widget(name, build) {
  return {
    render({ model, el, signal }) {
      const life = new AbortController();
      if (signal) signal.addEventListener("abort", () => life.abort());
      const root = h("div", { class: `dgm dgm-${name}` });
      el.dataset.widget ??= name;
      el.append(root);
      const w = { name, model, el, root, signal: life.signal, get: (field) => model.get(field) };
      makeColours(w);
      w.knows = (word) => model.get("words").includes(word);
      w.mixture = () => structuredClone({
        weights: w.get("weights"), means: w.get("means"), covariances: w.get("covariances"),
      });
      w.arrange = (parts) => arrange(w, parts);
      build(w);
      followLinks(w);
      return () => life.abort();
    },
  };
}

// The guess of the page above; then `stand` (stage, legend) and `panel` (controls) beside each
// other where there is room; the presets and `foot` (status) below.
function arrange(w, { stand, panel = [], foot = [], bare = false }) {
  const column = (kind, parts) => h("div", { class: kind }, ...parts.filter(Boolean));
  const layout = column("dgm-layout", [
    column("dgm-stand", stand), panel.length > 0 && column("dgm-panel", panel)]);
  const tools = bare ? [] : [column("dgm-tools", [makePresets(w), linkButton(w)])];
  w.root.append(...[makeGuess(w), layout, ...tools, ...foot].filter(Boolean));
}
