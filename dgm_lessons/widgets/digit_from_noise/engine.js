// The worker that the sampler runs in: the page goes on drawing while a digit forms.

import { bytesOf } from "../kit/bytes.js";

// request(noise, { label, guidance, everywhere, from }, onframe): a promise of the finished digit's last message.
function startWorker(bytes, tensors, steps, signal) {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
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
  signal.addEventListener("abort", () => worker.terminate());
  worker.postMessage({ bytes, tensors, steps });
  return (noise, { label, guidance, everywhere = false, from }, onframe) =>
    new Promise((resolve, reject) => {
      const id = asked++;
      waiting.set(id, { onframe, resolve, reject });
      worker.postMessage({ id, noise, label, guidance, everywhere, from });
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
