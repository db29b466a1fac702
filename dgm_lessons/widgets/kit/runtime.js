// Mounts the widgets of a page without a kernel: each <div class="dgm-widget" data-widget="NAME">
// gets a model that lives in the page. Every kind's script carries this file; the first one counts.

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

async function mount(el, load) {
  el.dataset.mounted = "loading";
  const picture = [...el.childNodes];
  try {
    const model = makeModel(JSON.parse(el.querySelector(".dgm-state").textContent));
    el.replaceChildren();
    await load().render({ model, el, signal: new AbortController().signal });
    el.dgmModel = model;
    el.dataset.mounted = "done";
  } catch (error) {
    el.replaceChildren(...picture, `This figure did not start: ${error}`);
    el.dataset.mounted = "failed";
  }
}

// Starts the widgets of this kind that are there already, and, once the page has been read, those
// that came after its script.
export function define(name, load) {
  const kinds = ((window.__dgm ??= {}).kinds ??= new Set());
  if (kinds.has(name)) return;
  kinds.add(name);
  const scan = () => document.querySelectorAll(`.dgm-widget[data-widget="${name}"]:not([data-mounted])`)
    .forEach((el) => mount(el, load));
  scan();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", scan);
}
