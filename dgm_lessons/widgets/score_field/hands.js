// What a reader takes hold of in the score field: the components, the probe, and a pad for data of their own.

import { makePad } from "../kit/draw.js";

const MOST = 40; // centres that can be drawn

const within = (value, most) => Math.min(most, Math.max(-most, value));

export function probeGrip({ f, view }) {
  return view.plot.handle("Probe", {
    onmove: (x, y) => f.set({ probe: [x / view.plot.x.range[1], y / view.plot.y.range[1]] }),
    onkey: (dx, dy) => f.set({ probe: f.now.probe.map((v, i) => within(v + 0.02 * [dx, dy][i], 0.94)) }),
    onend: f.later, colour: "ode",
  });
}

export function componentGrips(s) {
  const { w, f, cloud, view } = s;
  const move = (k, x, y) => {
    cloud.moveMean(k, [within(x, 0.95 * s.reach * s.aspect), within(y, 0.95 * s.reach)], f.now.dynamics);
    s.refresh();
  };
  const dragged = () => {
    if (s.drawn.length) return;
    w.get("means").forEach((mean, k) => cloud.moveMean(k, mean, f.now.dynamics));
    s.refresh();
  };
  w.model.on("change:means", dragged);
  w.signal.addEventListener("abort", () => w.model.off("change:means", dragged));
  return cloud.mixture.means.map((_, k) => {
    const grip = view.plot.handle("", {
      onmove: (x, y) => move(k, x / cloud.law.alpha, y / cloud.law.alpha),
      onkey(dx, dy) {
        const [x, y] = cloud.mixture.means[k];
        move(k, x + 0.025 * s.reach * dx, y + 0.025 * s.reach * dy);
      },
      onend() {
        w.model.set("means", cloud.mixture.means.map((m) => [...m]));
        f.later();
      },
    });
    grip.node.textContent = k + 1;
    return grip;
  });
}

// The reader's own data: every point is the centre of a narrow component, all of one weight. With the
// last point taken back, or drawing ended without one, the data of the page return.
export function makeDrawing(s) {
  const { w, f, cloud, view } = s;
  const first = w.mixture();
  const narrowest = Math.min(...first.covariances.map(([[xx], [, yy]]) => Math.min(xx, yy)));
  const variance = Math.max(narrowest, (0.04 * s.reach) ** 2);
  function use() {
    const { drawn } = s;
    const mixture = drawn.length ? { weights: drawn.map(() => 1 / drawn.length), means: drawn,
      covariances: drawn.map(() => [[variance, 0], [0, variance]]) } : first;
    cloud.mixture = structuredClone(mixture);
    cloud.relevel(cloud.level);
    cloud.scatter(f.now.dynamics);
    for (const [name, value] of Object.entries(structuredClone(mixture))) w.model.set(name, value);
    s.refresh();
    f.later();
  }
  const pad = makePad(w, view.plot.node, {
    text: "Draw data", label: "Your own data",
    onpoint(u, v, fresh) {
      const [x, y] = view.plot.fromStage(u, v).map((value) => within(value / cloud.law.alpha, s.reach * s.aspect));
      const last = s.drawn.at(-1);
      const near = last && Math.hypot(x - last[0], y - last[1]) < (fresh ? 0.01 : 0.12) * s.reach;
      if (near || s.drawn.length >= MOST) return;
      s.drawn = [...s.drawn, [x, y]];
      use();
    },
    onundo() {
      s.drawn = s.drawn.slice(0, -1);
      use();
    },
  });
  // At little noise the stage shows the data as they are.
  pad.toggle.addEventListener("click", () => {
    if (pad.toggle.getAttribute("aria-pressed") !== "true") return;
    s.player.stop();
    f.change({ log_snr: cloud.clean });
  });
  s.forget = () => {
    pad.show(false);
    if (!s.drawn.length) return;
    s.drawn = [];
    use();
  };
  return pad;
}
