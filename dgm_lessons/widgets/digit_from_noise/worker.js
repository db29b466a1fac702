// In a worker: first the network's bytes come, then one message for each digit to form.

import { formDigit } from "../maths/sampler.js";
import { makeUNet, unpackWeights } from "../maths/unet.js";

let [network, steps] = [null, null];
self.onmessage = ({ data }) => {
  if (data.tensors) {
    network = makeUNet(unpackWeights(data.bytes, data.tensors));
    steps = data.steps;
    return;
  }
  const begin = performance.now();
  formDigit(network, steps, data.noise, data, (i, x, guess) =>
    self.postMessage({ id: data.id, i, x, guess, ms: performance.now() - begin }));
};
