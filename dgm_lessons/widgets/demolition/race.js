// The race: a digit and a cloud torn down to a step, one jump back, and the walk back.

import { averageImage, imageWeights, stepBack } from "../maths/chain.js";
import { diffuse, makeRng, posteriorMean, sample, slicedWasserstein } from "../maths/mixture.js";

// `torn`, `jump`, `walk` are each { digit, cloud }; the walk came from step `from` and is at step `at`.
// `shares`: how likely each stored digit is to be the one that was torn down.
export function makeRace(mixture, images, count) {
  const fresh = (rng) => sample(mixture, 1, 0, rng, new Float64Array(2 * count));
  let start, rng, seed, chain; // the data and the noise that are mixed, and the randomness of the walk

  function guess({ digit, cloud }, i) {
    const [alpha, sigma] = [chain.alpha(i), chain.sigma(i)];
    const shares = imageWeights(images, digit, alpha, sigma);
    const means = posteriorMean(diffuse(mixture, alpha, sigma), cloud, new Float64Array(cloud.length));
    return { digit: averageImage(images, shares), cloud: means, shares };
  }

  const race = {
    // Data and noise; x_i is a mix of the same two at every step.
    renew(digit, number) {
      [seed, rng] = [number, makeRng(1000 + number)];
      start = {
        digit: images.image(digit), cloud: fresh(rng),
        digitNoise: rng.fill(new Float64Array(64)), cloudNoise: rng.fill(new Float64Array(2 * count)),
      };
    },
    tear(along, step) {
      chain = along;
      const [alpha, sigma] = [chain.alpha(step), chain.sigma(step)];
      const mix = (x, eps) => x.map((value, j) => alpha * value + sigma * eps[j]);
      race.torn = { digit: mix(start.digit, start.digitNoise), cloud: mix(start.cloud, start.cloudNoise) };
      race.jump = guess(race.torn, step);
      race.shares = race.jump.shares;
      race.walk = { digit: race.torn.digit.slice(), cloud: race.torn.cloud.slice() };
      race.from = race.at = step;
    },
    advance() {
      const found = guess(race.walk, race.at);
      for (const key of ["digit", "cloud"]) stepBack(chain.back(race.at), race.walk[key], found[key], rng);
      race.at -= 1;
    },
    // Distances of clouds from fresh data: of the jump, of the walk, of other true data.
    far() {
      const data = makeRng(seed); // the same data whenever they are asked for
      const truth = fresh(data);
      return [race.jump.cloud, race.walk.cloud, fresh(data)].map((cloud) => slicedWasserstein(cloud, truth));
    },
    // Which stored digit the walk has found.
    end: () => largest(imageWeights(images, race.walk.digit, 1, 0)),
  };
  return race;
}

export const largest = (values) => values.indexOf(values.reduce((a, b) => Math.max(a, b)));

// How many stored digits share the weight: 1 / sum of squares, which is N for N equal shares.
export const crowd = (shares) => Math.round(1 / shares.reduce((sum, share) => sum + share * share, 0));
