// Under the ceiling: a linear VAE's ELBO over all of its encoders, and what keeps it below log p(x).

import { makeFields } from "../kit/fields.js";
import { makePlayer } from "../kit/player.js";
import { makeStory } from "../kit/story.js";
import { button, shown, statusLine } from "../kit/ui.js";
import { widget } from "../kit/widget.js";
import { makeLinearVae } from "../maths/linear_vae.js";
import { barsPlot, ceilingLegend, curvesPlot, encoderMap } from "./view.js";

const TOUR = 5; // seconds of the first look round
const CLIMB = 2.5; // seconds to the top

function build(w) {
  const limits = w.get("limits");
  const vae = makeLinearVae(w.get("w"), w.get("s"));
  const f = makeFields(w, {
    slope: { limits: limits.slope }, width: { limits: limits.width }, x: { limits: limits.x },
  }, (settled) => {
    refresh();
    status.say(sentence(f.now, vae), settled);
  });
  const s = { vae, limits, f };
  const [map, curves, bars] = [encoderMap(w, s), curvesPlot(w, s), barsPlot(w, s)];
  const status = statusLine();
  const [low, high] = limits.x;
  const observation = f.slider("x", "Observation x", [shown(low, 1), shown(high, 1)], (x) => `x = ${shown(x)}`);
  const player = makePlayer(w, motion(s));
  player.node.append(button("Reset", "Reset: the encoder and x as they were", () => {
    player.stop();
    f.reset();
  }));
  const rate = Math.log(limits.width[1] / limits.width[0]);
  const grip = map.handle("Encoder", {
    onmove(slope, width) {
      player.stop();
      f.set({ slope, width });
    },
    onkey: (dx, dy) => f.set({
      slope: f.now.slope + 0.01 * dx * (limits.slope[1] - limits.slope[0]),
      width: f.now.width * Math.exp(0.01 * dy * rate),
    }),
    onend: f.later, colour: "particle",
  });
  w.arrange({
    stand: [map.node, ceilingLegend(), makeStory(w, story(s)).node],
    panel: [bars.node, curves.node, observation, player.node], foot: [status.node],
  });

  function refresh() {
    const { slope: a, width: b } = f.now;
    map.redraw();
    bars.fit();
    curves.fit();
    grip.place(a, b);
    grip.name(`Encoder: slope ${shown(a, 3)}, width ${shown(b, 3)}; the arrow keys move it`);
  }
  f.settle();
}

// At first sight the encoder looks round, narrower and wider, and comes back; played, it climbs to the top.
function motion({ vae, f }) {
  let [seconds, tour, from] = [0, false, null];
  const { a, b } = vae.best;
  return {
    play: "the encoder climbs as high as it can", once: true, onstop: f.settle,
    begin(once) {
      [seconds, tour, from] = [0, once, { ...f.now }];
    },
    frame(passed) {
      seconds += passed;
      const q = Math.min(1, seconds / (tour ? TOUR : CLIMB));
      const swing = Math.sin(2 * Math.PI * q) * (1 - q) ** 0.5;
      const eased = q * q * (3 - 2 * q);
      if (q === 1) f.set(tour ? from : { slope: a, width: b });
      else if (tour) f.set({ slope: from.slope + 0.4 * swing * a, width: from.width * 2.5 ** -Math.sin(4 * Math.PI * q) });
      else f.set({ slope: from.slope + eased * (a - from.slope), width: from.width * (b / from.width) ** eased });
      return q < 1;
    },
    finish: () => f.set({ slope: a, width: b }),
  };
}

const RULE = "Whatever encoder you choose, its ELBO stays below log p(x), by the gap between the two curves.";

function story({ vae, f }) {
  const start = String(Object.values(f.start));
  const terms = ({ x, slope, width }) => vae.terms(x, slope, width);
  return [
    [(now) => String(Object.values(now)) === start, `Drag the dot. ${RULE}`],
    [(now) => terms(now).gap < 0.005, "The two curves are one: the gap is gone, and the ELBO touches the ceiling. No encoder comes higher."],
    [({ width }) => width < 0.55 * vae.best.b, "Too narrow a guess: the KL to the prior grows, and without end as the width goes to 0."],
    [({ width }) => width > 1.8 * vae.best.b, "Too wide a guess: codes that do not fit x come in, and the reconstruction pays for them."],
    [({ x, slope }) => Math.abs((slope - vae.best.a) * x) > 0.8 * vae.best.b, "The guess stands beside the true codes of this x: the " +
      "gap between the two curves is the gap below the ceiling."],
    [() => true, RULE],
  ];
}

function sentence({ x, slope, width }, vae) {
  const { ceiling, reconstruction, rate, elbo, gap } = vae.terms(x, slope, width);
  const side = gap < 5e-5 ? "touches the ceiling" : `lies ${shown(gap, 4)} nats below the ceiling`;
  return `At x = ${shown(x)}, the encoder N(${shown(slope, 3)} x, ${shown(width, 3)}\u00b2) has ELBO ` +
    `${shown(elbo, 4)} = reconstruction ${shown(reconstruction, 4)} \u2212 KL to the prior ` +
    `${shown(rate, 4)}. It ${side} log p(x) = ${shown(ceiling, 4)}: ` +
    `the gap is KL(q(z|x) \u2016 p(z|x)) = ${shown(gap, 4)}. ` +
    `It closes at slope ${shown(vae.best.a, 3)}, width ${shown(vae.best.b, 3)}.`;
}

export default widget("under-the-ceiling", build);
