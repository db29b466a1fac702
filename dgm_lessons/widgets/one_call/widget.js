// One call: a flow map in the page draws a wall of digits anew at every move through the noise.

import { bytesOf } from "../kit/bytes.js";
import { makeFields } from "../kit/fields.js";
import { legend } from "../kit/legend.js";
import { makePlayer } from "../kit/player.js";
import { handle } from "../kit/stage.js";
import { percent, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeDigits, makeNoises, stopOf, STOPS } from "../maths/code_map.js";
import { unpackWeights } from "../maths/unet.js";
import { called, makeFour, makeWall, SAMPLER, TILES } from "./view.js";

const WALL = TILES ** 2;
const PACE = [24, 15]; // degrees a second, in the two directions, while it plays
const LABELS = [[-1, "all"], ...Array.from({ length: 10 }, (_, k) => [k, `${k}`])];
const WAYS = [[1, "1"], [2, "2"], [4, "4"], [SAMPLER, "18 steps, the sampler"]];

function build(w) {
  const s = { artist: null, wall: null, known: "" };
  const f = s.f = makeFields(w, {
    at: { limits: [-180, 180], size: 2 }, label: { options: LABELS.map(([key]) => key) }, calls: { options: WAYS.map(([key]) => key) },
  }, (settled) => refresh(settled));
  const stage = makeWall(w);
  const four = makeFour(w, w.get("measured"));
  const status = statusLine();
  const grip = handle(stage.node, "Place in the noise", {
    onmove: (u, v) => f.set({ at: [360 * u - 180, 180 - 360 * v] }), onkey: (dx, dy) => f.set({ at: [f.now.at[0] + 5 * dx, f.now.at[1] + 5 * dy] }),
    onend: f.later, colour: "particle",
  });
  const player = makePlayer(w, motion(f));
  w.arrange({
    stand: [stage.node, legend([["handle", "particle", "place in the noise (drag me)"], ["bar", "accent", "frame: the digit drawn in four ways"]]), player.node],
    panel: [f.choice("calls", "Calls of a network", WAYS), f.choice("label", "Digit", LABELS, 6), four.node],
    foot: [status.node],
  });

  function refresh(settled) {
    const { at, calls } = f.now;
    grip.place((at[0] + 180) / 360, (180 - at[1]) / 360);
    grip.name(`Place in the noise: ${at.map((angle) => `${shown(angle, 0)}\u00b0`).join(", ")}; the arrow keys move it`);
    four.mark(calls);
    if (!s.artist) return;
    const begin = performance.now();
    const pixels = s.artist.wall(f.now);
    stage.paint(pixels);
    s.wall = { pixels, ms: performance.now() - begin };
    const stop = `${stopOf(at)} ${f.now.label}`;
    if (stop !== s.known) WAYS.forEach(([way]) => four.paint(way, s.artist.one(f.now, way)));
    s.known = stop;
    status.say(sentence(w, s), settled);
  }
  Object.defineProperty(w.el, "dgmWall", { configurable: true, get: () => s.wall });
  refresh(false);
  status.say("The network, 0.6 megabytes, is being loaded.", false);
  makeArtist(w).then((artist) => {
    s.artist = artist;
    f.settle();
  }, (error) => status.say(`The network did not run: ${error.message ?? error}`, true));
}

// wall(now): the pixels of the wall; one(now, calls): of the framed digit at the nearest stop.
async function makeArtist(w) {
  const [bytes, taught] = await Promise.all(["weights", "taught"].map((name) => bytesOf(w.model, name)));
  const digits = makeDigits(unpackWeights(bytes, w.get("tensors")), WALL);
  const noises = makeNoises(w.get("seed"), digits.dim, w.get("loud"));
  const stored = new Int8Array(taught.slice().buffer);
  const scale = w.get("scale");
  const told = ([x, y], label) => {
    const from = digits.dim * ((label * STOPS + y) * STOPS + x);
    return Float32Array.from(stored.subarray(from, from + digits.dim), (q) => scale * q);
  };
  function draw(places, labels, calls) {
    const rows = places.map((at, j) => (calls === SAMPLER ? told(stopOf(at), labels[j]) : noises(at)));
    const codes = new Float32Array(rows.length * digits.dim);
    rows.forEach((row, j) => codes.set(row, j * digits.dim));
    return digits.decode(calls === SAMPLER ? codes : digits.map(codes, labels, w.get("ways")[calls]));
  }
  const labelOf = (label, tile) => (label < 0 ? tile % 10 : label);
  const steps = Array.from({ length: WALL }, (_, k) => [k % TILES - 2, 2 - Math.floor(k / TILES)]);
  return {
    wall: ({ at, label, calls }) => draw(
      steps.map((step) => at.map((angle, i) => angle + (360 / STOPS) * step[i])), steps.map((_, k) => labelOf(label, k)), calls),
    one: ({ at, label }, calls) => draw([stopOf(at).map((k) => (360 / STOPS) * k)], [labelOf(label, (WALL - 1) / 2)], calls),
  };
}

// A walk through the noise that comes round again; who wants no motion is put an eighth further.
function motion(f) {
  const wrapped = (angle) => ((((angle + 180) % 360) + 360) % 360) - 180;
  const move = (by) => ({ at: f.now.at.map((angle, i) => wrapped(angle + by[i])) });
  return {
    play: "walk through the noise", once: 4, onstop: f.settle,
    frame: (seconds) => f.set(move(PACE.map((pace) => pace * seconds))),
    finish: () => f.change(move([360 / STOPS, 360 / STOPS])),
  };
}

function sentence(w, { f, wall }) {
  const { at, calls } = f.now;
  const rows = w.get("measured");
  const [, distance, error, agreement] = rows.find(([way]) => way === calls);
  const [, best, bestError] = rows.at(-1);
  const steps = `${SAMPLER} steps (${w.get("asked")} calls)`;
  const place = calls === SAMPLER ? stopOf(at).map((k) => ((k * 360) / STOPS + 180) % 360 - 180) : at;
  const what = calls === SAMPLER
    ? `25 digits of the guided sampler, ${steps} each. PyTorch has drawn their codes, and this page decodes them in`
    : `25 digits, ${called(calls)} each, drawn and decoded on this page in`;
  const beside = calls === SAMPLER ? "" : ` The guided sampler, on whose 12-step paths it was taught: ${shown(best)} \u00b1 ${shown(bestError)} with ${steps}.`;
  return `At ${place.map((angle) => `${shown(angle, 0)}\u00b0`).join(", ")}: ${what} ${shown(wall.ms, 0)} milliseconds. ` +
    `Fr\u00e9chet distance of 10,000: ${shown(distance)} \u00b1 ${shown(error)} (standard error over three draws of the noise; real digits ` +
    `${shown(w.get("floor"))}), ${percent(agreement)} read as asked.${beside}`;
}

export default widget("one-call", build);
