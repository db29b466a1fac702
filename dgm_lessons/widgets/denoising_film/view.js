// The tree of futures, and the small pictures of those that start from one step.

import { classColour } from "../kit/colours.js";
import { captioned, makeImage } from "../kit/image.js";
import { makePlot } from "../kit/plot.js";
import { h } from "../kit/ui.js";
import { leaves, SIDE } from "../maths/film.js";

const GREY = [0, 1]; // pictures come as shares of ink
export const NONE = -1; // on the film itself, on no branch
const MIDDLE = 4.5; // where the trunk is while nothing is decided

const hue = (w, digit) => classColour(Number(digit), 10, w.colours.paper);

// How high the trunk is at each step: the more of its branches end as the film does, the nearer it is
// to the film's own digit.
export const trunkOf = ({ shares, end, calls }) => Array.from({ length: calls + 1 }, (_, i) =>
  MIDDLE + (shares[i] ?? 1) * (Number(end) - MIDDLE));

// The film as a trunk from noise to its digit, and from every step the branches to their endings.
// now() gives { calls, step, chosen, end, shares, found(i) }.
export function makeTree(w, calls, now) {
  return makePlot(w, {
    label: "The film as a trunk from noise to its digit, with branches from each step to other endings, " +
      "by the digit that they are read as; the text below has the numbers", aspect: 1.7,
    x: { range: [0, calls + 0.4], name: "step of the sampler" },
    y: { range: [-0.5, 9.5], name: "ends as", ticks: [...Array(10).keys()] },
    draw(p) {
      const tree = now();
      const trunk = trunkOf(tree);
      const branch = (i, y, colour, style) => {
        const bend = Array.from({ length: 25 }, (_, k) => {
          const q = k / 24;
          return [i + q * (calls - i), trunk[i] + (y - trunk[i]) * q * q * (3 - 2 * q)];
        });
        p.curve(bend, colour, style);
      };
      for (let i = 0; i < calls - 1; i++) {
        if (i !== tree.step) leaves(tree.found(i)).forEach((y) => branch(i, y, "soft", { width: 0.8, shade: 0.22 }));
      }
      const here = tree.found(tree.step);
      leaves(here).forEach((y, j) => branch(tree.step, y, hue(w, here[j]), { width: j === tree.chosen ? 4.5 : 1.8 }));
      p.curve(trunk.map((y, i) => [i, y]), "ink", { width: 3 });
      leaves(here).forEach((y, j) => p.dots([[calls, y]], hue(w, here[j]), { radius: j === tree.chosen ? 7 : 4 }));
    },
  });
}

// The noisy image, and beside it the guess of the digit or the future that is looked into.
export function makePair(w) {
  const images = ["The noisy image", "The guess of the digit, or the future that is looked into"]
    .map((label) => makeImage(w, SIDE, GREY, { role: "img", "aria-label": label }));
  const [left, right] = images.map((image) => captioned(image));
  function show({ step, film, calls, chosen, found }, films) {
    const away = chosen !== NONE;
    left.say(step < calls ? `x after ${step} steps` : "the digit");
    right.say(away ? `future ${chosen + 1}: a ${found(step)[chosen]}` : step < calls ? "guess of the digit" : "the same");
    if (!films) return;
    images[0].paint(films.x(film, step));
    images[1].paint(away ? films.branch(film, step, chosen) : films.guess(film, step));
  }
  return { node: h("div", { class: "dgm-stage dgm-pair" }, left.node, right.node), show };
}

// The endings from a step: small pictures to choose from, each with the digit that it is read as. They
// are no buttons, so that they are printed; keys reach them on the tree's handle.
export function makeEndings(w, branches, onpick) {
  const images = Array.from({ length: branches }, () => makeImage(w, SIDE, GREY, { role: "img" }));
  const names = images.map(() => h("b", { "aria-hidden": "true" }));
  const cells = images.map((image, j) => h("div", { class: "dgm-ending", onclick: () => onpick(j) }, image.node, names[j]));
  const title = h("div", { class: "dgm-caption" });
  const group = { class: "dgm-endings", role: "group", "aria-label": "Other endings from this step" };
  function show(found, chosen, picture) {
    title.textContent = found ? `${branches} other endings from here, with fresh noise`
      : "No more noise is added: nothing is left to chance";
    images.forEach((image, j) => {
      image.paint(picture(j));
      cells[j].classList.toggle("dgm-chosen", j === chosen);
      image.node.setAttribute("aria-label", found ? `Future ${j + 1}, read as ${found[j]}` : `Future ${j + 1}: none`);
      names[j].textContent = found[j] ?? "";
      names[j].style.color = found ? hue(w, found[j]) : "";
    });
  }
  return { node: h("div", {}, title, h("div", group, ...cells)), show };
}
