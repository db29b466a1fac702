// Mounts the widgets of a page without a kernel: finds each <div class="dgm-widget">, imports its
// module from a blob URL (which works from file:// too) and gives it a model that lives in the page.
(() => {
  "use strict";
  const shared = (window.__dgm ??= { modules: new Map() });

  // The part of anywidget's model that the widgets use.
  function makeModel(state) {
    const listeners = new Map();
    const heard = (event) => listeners.get(event) ?? listeners.set(event, new Set()).get(event);
    return {
      get: (name) => state[name],
      set(name, value) {
        if (state[name] === value) return;
        state[name] = value;
        for (const callback of [...heard(`change:${name}`)]) callback();
      },
      on: (event, callback) => heard(event).add(callback),
      off: (event, callback) => heard(event).delete(callback),
      save_changes() {},
    };
  }

  const code = (kind, key) =>
    document.querySelector(`script[type="text/dgm-${kind}"][data-dgm="${key}"]`)?.textContent ?? "";

  // One style sheet and one module for all widgets of a kind.
  function load(key) {
    if (!shared.modules.has(key)) {
      const style = document.createElement("style");
      style.textContent = code("css", key);
      document.head.append(style);
      const url = URL.createObjectURL(new Blob([code("esm", key)], { type: "text/javascript" }));
      shared.modules.set(key, import(url).finally(() => URL.revokeObjectURL(url)));
    }
    return shared.modules.get(key);
  }

  async function mount(el) {
    el.dataset.mounted = "loading";
    const state = JSON.parse(el.querySelector(".dgm-state").textContent);
    const picture = [...el.childNodes];
    try {
      const module = await load(el.dataset.esm);
      const model = makeModel(state);
      el.replaceChildren();
      await module.default.render({ model, el, signal: new AbortController().signal });
      el.dgmModel = model;
      el.dataset.mounted = "done";
    } catch (error) {
      el.replaceChildren(...picture, `This figure did not start: ${error}`);
      el.dataset.mounted = "failed";
    }
  }

  const scan = () => document.querySelectorAll(".dgm-widget:not([data-mounted])").forEach(mount);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", scan);
  else scan();
})();
