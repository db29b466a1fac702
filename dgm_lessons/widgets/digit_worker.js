// The sampler, and the worker that it runs in: the page goes on drawing while a digit forms.

// DPM-Solver++ 2M. Python gives the coefficients of each step: what the network sees, how its output
// and x_t make the guess E[x_0 | x_t], how far the guess before counts, and where x_t moves.
// visit(i, x, guess) sees x before step i and the guess from it, and at the end the digit, twice.
export function formDigit(network, steps, noise, { label, guidance }, visit) {
  let x = noise;
  let before = null;
  steps.forEach((step, i) => {
    const seen = x.map((value) => step.scale * value);
    let y = network.predict(seen, step.level, label);
    if (step.guided && label >= 0 && guidance > 0) {
      const free = network.predict(seen, step.level, -1);
      y = y.map((told, j) => told + guidance * (told - free[j]));
    }
    const guess = x.map((value, j) => step.from_x * value + step.from_y * y[j]);
    before ??= guess;
    visit(i, x, guess);
    x = x.map((value, j) =>
      step.keep * value + step.move * (guess[j] + step.lean * (guess[j] - before[j])));
    before = guess;
  });
  visit(steps.length, x, x);
}

// Answers in the worker: first the network's bytes, then one message for each digit to form.
export function serveDigits(scope) {
  let [network, steps] = [null, null];
  scope.onmessage = ({ data }) => {
    if (data.tensors) {
      network = makeUNet(unpackWeights(data.bytes, data.tensors));
      steps = data.steps;
      return;
    }
    const begin = performance.now();
    formDigit(network, steps, data.noise, data, (i, x, guess) =>
      scope.postMessage({ id: data.id, i, x, guess, ms: performance.now() - begin }));
  };
}

// request(noise, { label, guidance }, onframe): a promise of the finished digit's last message.
function startWorker(bytes, tensors, steps, signal) {
  const parts = [unpackWeights, multiply, patchesOf, unshuffle, silu, sum, makeUNet];
  const code = [...parts, formDigit, serveDigits, "serveDigits(self);"].join("\n");
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  const waiting = new Map();
  let asked = 0;
  worker.onmessage = ({ data }) => {
    const { onframe, resolve } = waiting.get(data.id);
    onframe(data);
    if (data.i < steps.length) return;
    waiting.delete(data.id);
    resolve(data);
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(Error(event.message || "no worker"));
    waiting.clear();
  };
  signal.addEventListener("abort", () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  });
  worker.postMessage({ bytes, tensors, steps });
  return (noise, { label, guidance }, onframe) =>
    new Promise((resolve, reject) => {
      const id = asked++;
      waiting.set(id, { onframe, resolve, reject });
      worker.postMessage({ id, noise, label, guidance });
    });
}

// sampled(noise, options, wanted): a digit, with `frames` that fill up until its `done` is there; or
// null where it is no longer wanted once the worker is free. The network loads at the first use.
export function makeSampler(model, steps, signal, onload) {
  let engine = null;
  let busy = Promise.resolve();
  async function start() {
    onload();
    return startWorker(await bytesOf(model, "weights"), model.get("tensors"), steps, signal);
  }
  return async function sampled(noise, options, wanted) {
    engine ??= start();
    const request = await engine.catch((error) => {
      engine = null; // the next press tries again
      throw error;
    });
    await busy;
    if (!wanted()) return null;
    const digit = { ...options, frames: [], last: null };
    digit.done = request(noise, options, ({ i, x, guess }) => (digit.frames[i] = { x, guess }))
      .then((last) => (digit.last = last));
    busy = digit.done.catch(() => {});
    return digit;
  };
}
