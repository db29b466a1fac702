// The table of a widget's fields: what reader, page, link and Python may set, and within which limits.

import { choice, slider } from "./ui.js";

// makeFields(w, { beta: { limits: [0.05, 0.95] }, kind: { options: ["js", "tv"] }, seed: { whole: true,
//   limits: [0, 100] }, z: { limits: [-3, 3], size: 2 }, drawn: { limits: [-3, 3], list: true } }, update)
// gives f with
//   now                  the fields as they are: f.now.beta, const { beta, kind } = f.now
//   set({ beta: 0.3 })   what the reader does: held within the limits, then one update(false)
//   settle()             Python is told, update(true): after a drag, a key, a button
//   change(fields)       set and settle
//   start, reset()       the state at the beginning, and back to it
//   slider, choice       controls that follow their field; see below
// update(settled, names) comes after every change, whoever makes it; w.onUpdate adds listeners.
export function makeFields(w, table, update) {
  const { model } = w;
  const now = {};
  const heard = [];
  let quiet = false; // while several fields change at once
  let timer = 0;
  for (const name of Object.keys(table)) {
    Object.defineProperty(now, name, { get: () => model.get(name), enumerable: true });
    const changed = () => quiet || tell(false, [name]);
    model.on(`change:${name}`, changed);
    w.signal.addEventListener("abort", () => model.off(`change:${name}`, changed));
  }
  const start = { ...now };
  w.onUpdate = (listener) => heard.push(listener);

  function tell(settled, names) {
    update(settled, names);
    for (const listener of heard) listener(settled, names);
  }
  function set(fields) {
    const names = Object.keys(fields).filter((name) => name in table);
    quiet = true;
    for (const name of names) model.set(name, held(table[name], fields[name], model.get(name)));
    quiet = false;
    tell(false, names);
  }
  function settle() {
    clearTimeout(timer);
    model.save_changes();
    tell(true, []);
  }
  function change(fields) {
    set(fields);
    settle();
  }
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(settle, 400);
  };

  // A slider for a number: `ends` are the words below it; text(value) stands beside it, spoken(value)
  // is heard. On a log scale where the field has log: true; in whole steps where it has whole: true;
  // the high end to the left where it has reversed: true.
  function fieldSlider(name, title, ends, text, spoken = text) {
    const { limits, log, whole, reversed } = table[name];
    const [low, high] = reversed ? [...limits].reverse() : limits;
    const value = (q) => (log ? low * (high / low) ** q : low + q * (high - low));
    const along = (v) => (log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low));
    const control = slider(title, ends, (q) => {
      set({ [name]: value(q) });
      later();
    }, whole ? Math.floor(1e15 / Math.abs(high - low)) / 1e15 : 0.001); // rounded up, the end were out of reach
    const show = () => control.set(along(now[name]), text(now[name]), spoken(now[name]));
    heard.push(show);
    show();
    return control.node;
  }

  // A choice among options: [[value, text], ...]; `columns` where there are many.
  function fieldChoice(name, title, options, columns) {
    const control = choice(title, options.map(([key, text]) => [String(key), text]), String(now[name]), (key) =>
      change({ [name]: options.find(([value]) => String(value) === key)[0] }), columns);
    heard.push(() => control.set(now[name]));
    return control.node;
  }

  // For a handle: what it does with keys and at the end of a drag. `steps` gives the size of one
  // arrow key's step: { x: 0.1 } moves by left, right, up and down; { x: 0.1, y: 0.2 } parts them.
  const keys = (steps) => (dx, dy) => {
    const names = Object.keys(steps);
    const moves = names.length > 1 ? [dx, dy] : [dx + dy];
    set(Object.fromEntries(names.map((name, i) => [name, now[name] + (moves[i] ? steps[name] * moves[i] : 0)])));
  };

  w.fields = { now, table, start, set, settle, change, later, keys, reset: () => change(start),
    slider: fieldSlider, choice: fieldChoice };
  return w.fields;
}

// A value within what the table allows; the old one where it makes no sense.
function held({ limits, options, whole, size, list }, value, old) {
  if (options) return options.includes(value) ? value : old;
  if (!limits) return value;
  const [low, high] = limits;
  const number = (v, before) => {
    const held = Math.min(high, Math.max(low, Number(v)));
    return Number.isNaN(held) ? before : whole ? Math.round(held) : held;
  };
  if (list) return Array.isArray(value) && value.every(Number.isFinite) ? value.map((v) => number(v)) : old;
  return size ? Array.from({ length: size }, (_, i) => number(value[i], old[i])) : number(value, old);
}

// A field's value from the text of a link; null where it cannot be read.
export function parsed({ options, size, list }, text, old) {
  if (options) return options.find((value) => String(value) === text) ?? null;
  if (typeof old === "boolean") return text === "true";
  if (typeof old === "string") return text;
  if (size || list) {
    const found = text === "" ? [] : text.split(",").map(Number);
    return (list || found.length === size) && found.every(Number.isFinite) ? found : null;
  }
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : null;
}
