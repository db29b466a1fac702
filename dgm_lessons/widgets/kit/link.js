// The state of a widget in a link: #set-NAME?field=value&field=value, for the second of its kind on a
// page #set-NAME-2?.... A page's text uses the same: [turn the noise up](#set-score-field?log_snr=-3).
// It needs no server: it works from a disk, too. In a notebook's own tab the address belongs to others.

import { parsed } from "./fields.js";
import { button, h } from "./ui.js";

const onPage = (w) => w.el.classList.contains("dgm-widget"); // of the book, not in a notebook

// Which of its kind on the page the widget is, counted from 1.
function place(w) {
  const kin = [...document.querySelectorAll(`[data-widget="${w.name}"]`)];
  return Math.max(1, kin.indexOf(w.el) + 1);
}

// Fields that differ from the state at the beginning.
export function hashOf(w) {
  const { now: fields, start } = w.fields;
  const query = new URLSearchParams();
  for (const name of Object.keys(fields)) {
    const text = (value) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);
    const [now, then] = [fields[name], start[name]].map((v) => [v].flat().map(text).join(","));
    if (now !== then) query.set(name, now);
  }
  const which = place(w) > 1 ? `-${place(w)}` : "";
  return `#set-${w.name}${which}?${query}`;
}

// Sets the fields that a hash names, if it is meant for this widget; tells whether it was.
export function applyHash(w, hash) {
  const [target, query = ""] = hash.replace(/^#/, "").split("?");
  const mine = [`set-${w.name}-${place(w)}`, ...(place(w) === 1 ? [`set-${w.name}`] : [])];
  if (!w.fields || !mine.includes(target)) return false;
  const found = {};
  for (const [name, text] of new URLSearchParams(query)) {
    const spec = w.fields.table[name];
    const value = spec ? parsed(spec, text, w.fields.now[name]) : null;
    if (value !== null) found[name] = value;
  }
  w.rest?.();
  w.linked = true;
  w.fields.change({ ...w.fields.start, ...found });
  return true;
}

// Obeys the page's address, and links in its text: the widget comes into sight.
export function followLinks(w) {
  const { signal } = w;
  const obey = (hash) => {
    if (!applyHash(w, hash)) return false;
    w.root.scrollIntoView({ block: "nearest" });
    return true;
  };
  if (applyHash(w, location.hash)) requestAnimationFrame(() => w.root.scrollIntoView({ block: "nearest" }));
  addEventListener("hashchange", () => obey(location.hash), { signal });
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest?.('a[href*="#set-"]');
    const address = anchor && new URL(anchor.href, location.href);
    if (!address || address.pathname !== location.pathname || !obey(address.hash)) return;
    event.preventDefault();
    if (onPage(w)) history.replaceState(null, "", address.hash);
  }, { signal });
}

// A button that copies the address of the present state; where copying is not allowed, it stands in
// the address bar. Null where the widget has no fields, and in a notebook.
export function linkButton(w) {
  if (!w.fields || !onPage(w)) return null;
  const node = button("Copy link", "Copy link to this state", async () => {
    const address = location.href.split("#")[0] + hashOf(w);
    history.replaceState(null, "", hashOf(w));
    try {
      await navigator.clipboard.writeText(address);
      told("Copied");
    } catch {
      told("It is in the address bar");
    }
  });
  const said = h("span", { "aria-live": "polite" });
  const told = (text) => {
    said.textContent = text;
    setTimeout(() => (said.textContent = ""), 3000);
  };
  node.classList.add("dgm-link");
  return h("span", { class: "dgm-linked" }, node, said);
}
