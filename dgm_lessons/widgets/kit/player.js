// What moves by itself: a clock, and the buttons play, pause, step, reset.

import { button, h, reducedMotion, whileInSight } from "./ui.js";

// Calls frame(seconds since the last one) on every screen refresh while it runs and is in sight.
// The times that the last 120 frames took are kept: el.dgmFrameMs is their median.
export function makeTicker(w, frame) {
  const taken = [];
  let [running, seen, request, last] = [false, true, 0, 0];
  function tick(now) {
    const begin = performance.now();
    const seconds = Math.min(0.05, Math.max(0, (now - last) / 1000)); // a pause is not a leap
    last = now;
    request = requestAnimationFrame(tick);
    frame(seconds);
    taken.push(performance.now() - begin);
    if (taken.length > 120) taken.shift();
  }
  function turn() {
    cancelAnimationFrame(request);
    last = performance.now();
    request = running && seen ? requestAnimationFrame(tick) : 0;
  }
  const set = (now) => {
    if (running !== now) {
      running = now;
      turn();
    }
  };
  whileInSight(w.root, (visible) => {
    seen = visible;
    turn();
  }, w.signal);
  w.signal.addEventListener("abort", () => set(false));
  const median = () => [...taken].sort((a, b) => a - b)[taken.length >> 1] ?? NaN;
  Object.defineProperty(w.el, "dgmFrameMs", { configurable: true, get: median });
  return { get running() { return running; }, start: () => set(true), stop: () => set(false) };
}

// Buttons and a clock:
//   text       of the button, "Play" where nothing is given
//   play       what playing does, for the name: "Play: descend until the slope is gone"
//   frame(s)   moves on by s seconds; false when it has arrived
//   begin(alone)  before it plays, `alone` if by itself; false to stay (optional)
//   finish()   goes to the end at once: for readers who want no motion
//   onstop(arrived)   after it has stopped, for whichever reason
//   step, reset       [what is said, what is done], e.g. ["One step", () => {}] (optional)
//   once       plays by itself, once, when it first comes into sight, unless the reader, a link or
//              Python was there before; a number: for so many seconds. Not where motion is unwelcome
//   keeps()    whether it goes on under a hand on a slider (optional: it stops)
// The button's text and name change with the state. A hand on a slider, a preset or a link stops it,
// and any hand on the widget what plays by itself.
export function makePlayer(w, { text = "Play", play, frame, begin, finish, onstop = () => {}, step, reset, once = false, keeps = () => false }) {
  const toggle = button(text, null, () => (ticker.running ? stop() : start()));
  const look = (running) => {
    toggle.textContent = running ? "Pause" : text;
    toggle.setAttribute("aria-label", running ? `Pause: ${play}` : `${text}: ${play}`);
  };
  let left = Infinity; // seconds, of what plays by itself
  const ticker = makeTicker(w, (seconds) => {
    left -= seconds;
    if (frame(seconds) === false || left <= 0) stop(true);
  });
  function start(alone = false) {
    if (ticker.running || begin?.(alone) === false) return;
    if (reducedMotion() && finish) {
      finish();
      onstop(true);
      return;
    }
    look(true);
    ticker.start();
  }
  function stop(arrived = false) {
    if (!ticker.running) return;
    ticker.stop();
    left = Infinity;
    look(false);
    onstop(arrived);
  }
  const other = ([name, work], word) => button(word, name, () => {
    stop();
    work();
  });
  const node = h("div", { class: "dgm-buttons" }, toggle,
    ...(step ? [other(step, "Step")] : []), ...(reset ? [other(reset, "Reset")] : []));
  if (once && !reducedMotion()) playOnce(w, toggle, (seconds) => {
    start(true);
    left = seconds;
  }, () => left < Infinity && stop(), once === true ? 1e9 : once);
  w.rest = () => stop();
  w.root.addEventListener("input", ({ target }) => target.type === "range" && !keeps() && stop(), { capture: true });
  look(false);
  return { node, start, stop, button: toggle, get running() { return ticker.running; } };
}

// Plays once in sight; `hush` when the reader lays hand on something else than the button.
function playOnce(w, toggle, play, hush, seconds) {
  let fresh = true;
  const untouched = () => !w.linked && (!w.fields || String(Object.values(w.fields.now)) === String(Object.values(w.fields.start)));
  const taken = ({ target }) => {
    if (!target.closest("button, input, [tabindex]")) return; // a finger that scrolls the page
    fresh = false;
    if (target !== toggle) hush();
  };
  for (const kind of ["pointerdown", "keydown", "focusin"]) {
    w.root.addEventListener(kind, taken, { capture: true, signal: w.signal });
  }
  whileInSight(w.root, (seen) => {
    if (!seen || !fresh) return;
    fresh = false;
    if (untouched()) play(seconds);
  }, w.signal, 0.3);
}
