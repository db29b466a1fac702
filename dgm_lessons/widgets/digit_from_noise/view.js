// The two pictures and the pad, the strip of digits between two noises, the controls, the words.

import { makePad, makePixelPad } from "../kit/draw.js";
import { captioned, makeImage } from "../kit/image.js";
import { choice, h, OWN_KEYS, shown } from "../kit/ui.js";

const KEYS = "Space or Enter: new noise. 0 to 9: that digit, A: any. Arrow keys: back and forth.";

// x_t on the left and x_0 on the right, where the reader may draw: ondraw(image) at every point.
export function makePictures(w, side, [mean, std], { onkeydown, ondraw }) {
  const images = ["The noisy image x\u209c", "x\u2080: the picture, or the network's guess of it"]
    .map((label) => makeImage(w, side, [mean, std], { role: "img", "aria-label": label }));
  const [left, right] = images.map((image) => captioned(image));
  const easel = h("div", { class: "dgm-easel" });
  images[1].node.replaceWith(easel);
  easel.append(images[1].node);
  const sheet = makePixelPad(side);
  const drawn = (work) => (...where) => {
    work(...where);
    ondraw(Float32Array.from(sheet.values, (ink) => (ink - mean) / std));
  };
  const pad = makePad(w, easel, { text: "Draw", label: "A digit of your own", onpoint: drawn(sheet.point), onundo: drawn(sheet.undo) });
  pad.toggle.addEventListener("click", () => {
    if (pad.toggle.getAttribute("aria-pressed") === "true") drawn(sheet.clear)();
  });
  const node = h("div", {
    class: "dgm-stage dgm-pair", tabindex: 0, role: "group", "aria-label": `A digit from noise. ${KEYS}`,
    onkeydown: (event) => event.target === node && onkeydown(event), ...OWN_KEYS,
  }, left.node, right.node);
  return { node, pad,
    paint: (x, guess) => [x, guess].forEach((values, j) => images[j].paint(values)),
    say: (...texts) => texts.forEach((text, j) => [left, right][j].say(text)) };
}

// Label, guidance and seed, where the network knows labels; each follows its field.
export function makeControls(w, f, extra, calls) {
  const [classes, guidance] = ["classes", "guidance"].map(w.get);
  const seed = h("input", { type: "number", min: 0, max: 2 ** 31 - 1, step: 1, "aria-label": "Seed of the noise", ...OWN_KEYS,
    onchange() {
      const value = Math.floor(Number(seed.value));
      if (value >= 0 && value < 2 ** 31 && seed.value !== "") f.change({ seed: value, noise: [] });
      else seed.value = f.now.seed;
    } });
  const names = Array.from({ length: classes }, (_, k) => [`${k}`, `${k}`]);
  const label = choice("Digit", [["-1", "any"], ...names], String(f.now.label), (key) => f.change({ label: Number(key) }), 6);
  const guided = choice(`Guidance ${guidance}: ${extra} calls more than ${calls}`, [["off", "off"], ["on", "on"]],
    f.now.guided ? "on" : "off", (key) => f.change({ guided: key === "on" }));
  const follow = () => {
    label.set(String(f.now.label));
    guided.set(f.now.guided ? "on" : "off");
    seed.value = f.now.seed;
  };
  w.onUpdate(follow);
  follow();
  const field = h("label", { class: "dgm-seed" }, h("span", {}, "Seed of the noise"), seed);
  return classes > 0 ? [label.node, guided.node, field] : [field];
}

// A row of small images, each a button; onpick(j) when one is chosen.
export function makeStrip(w, count, side, grey, onpick) {
  const hidden = { "aria-hidden": "true" };
  const images = Array.from({ length: count }, () => makeImage(w, side, grey, hidden));
  const cells = images.map((image, j) => h("button", {
    type: "button", class: "dgm-cell", disabled: true, onclick: () => onpick(j), ...OWN_KEYS,
  }, image.node));
  const left = h("span", {});
  const right = h("span", {});
  const group = { class: "dgm-cells", role: "group", "aria-label": "Digits between two noises" };
  const node = h("div", { class: "dgm-strip", hidden: true },
    h("div", group, ...cells), h("div", { class: "dgm-ends", ...hidden }, left, right));
  return {
    node, count,
    open(from, to) {
      [left.textContent, right.textContent] = [from, to];
      node.hidden = false;
      images.forEach((image) => image.paint(null));
      cells.forEach((cell, j) => {
        cell.disabled = true;
        cell.setAttribute("aria-label", `Digit ${j + 1} of ${count}, from ${from} to ${to}`);
      });
      this.mark(-1);
    },
    close: () => (node.hidden = true),
    fill(j, values) {
      images[j].paint(values);
      cells[j].disabled = false;
    },
    mark: (chosen) =>
      cells.forEach((cell, j) => cell.setAttribute("aria-pressed", String(j === chosen))),
  };
}

export const levelOf = (step) =>
  step ? `noise level \u03c3/\u03b1 = ${Math.exp(step.level).toPrecision(2)}` : "no noise left";

export const seconds = ({ ms }) => `${shown(ms / 1000)} seconds`;

// Before a digit is formed: what the slider does.
export const invitation = (mine, place, steps) =>
  `${mine ? "Your drawing" : "The picture on the right, which is stored with the page,"} under the noise of step ${place} ` +
  `of ${steps.length}, ${levelOf(steps[place])}. Press the button, and this page takes the noise away: ` +
  `${steps.length - place} steps. Or press Draw, and put a digit of your own there. ${KEYS}`;

// What is shown, and what it cost: `gap` is the difference from the stored digit, where it applies.
export function sentence({ about, label, guidance, from, last }, place, steps, gap) {
  const calls = steps.length;
  const rest = steps.slice(from);
  const total = rest.length + (guidance > 0 ? rest.filter((step) => step.guided).length : 0);
  const what = label < 0
    ? "any digit" : `digit ${label} ${guidance > 0 ? "with" : "without"} guidance`;
  const cost = last ? ` Computed on this page: ${total} calls of the network in ` +
    `${seconds(last)}, ${shown(last.ms / total, 1)} milliseconds each.` : "";
  const same = gap === null ? "" : ` PyTorch made the same digit from this noise: the largest ` +
    `difference of a pixel is ${shown(gap, 3)} on the scale from 0 to 1.`;
  return `From ${about}, ${what}: step ${place} of ${calls}, ${levelOf(steps[place])}.${cost}${same}`;
}
