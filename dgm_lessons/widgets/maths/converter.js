// What a network may say about x = alpha x0 + sigma eps. Each prediction is one row (a, b) of y = a x0 + b eps; with x
// it makes two equations for (x0, eps), and all else follows. The same rows as the package's `denoisers.predictions`.

// alpha, sigma and their rates where a process has this log-SNR; `turned` where its clock runs from noise to data.
export function levelsAt(process, logSnr, turned = false) {
  const t = process.timeAt(logSnr);
  const sign = turned ? -1 : 1;
  return { t, alpha: process.alpha(t), sigma: process.sigma(t),
    alphaDot: sign * process.alphaDot(t), sigmaDot: sign * process.sigmaDot(t) };
}

// EDM's D(x; s) = skip x + out F: its two factors at the noise level s = sigma / alpha.
export function preconditioning({ alpha, sigma }, sigmaData) {
  const s = sigma / alpha;
  const square = s * s + sigmaData * sigmaData;
  return { skip: (sigmaData * sigmaData) / square, out: (s * sigmaData) / Math.sqrt(square) };
}

// The row (a, b) of a prediction.
export function row(kind, levels, sigmaData) {
  const { alpha, sigma, alphaDot, sigmaDot } = levels;
  if (kind === "x0") return [1, 0];
  if (kind === "eps") return [0, 1];
  if (kind === "v") return [-sigma, alpha];
  if (kind === "velocity") return [alphaDot, sigmaDot];
  if (kind === "score") return [0, -1 / sigma];
  if (kind !== "F") throw new Error(`unknown prediction ${kind}`);
  const { skip, out } = preconditioning(levels, sigmaData); // F = (x0 - skip x / alpha) / out
  return [(1 - skip) / out, (-skip * sigma) / (alpha * out)];
}

const determinant = ([a, b], { alpha, sigma }) => alpha * b - sigma * a;

// (x0, eps) from the input x and a prediction y of this kind.
export function solve(kind, y, x, levels, sigmaData) {
  const [a, b] = row(kind, levels, sigmaData);
  const det = determinant([a, b], levels);
  return { x0: (b * x - levels.sigma * y) / det, eps: (levels.alpha * y - a * x) / det };
}

// The prediction of this kind that says (x0, eps).
export function predicted(kind, { x0, eps }, levels, sigmaData) {
  const [a, b] = row(kind, levels, sigmaData);
  return a * x0 + b * eps;
}

// By how much an error of the one prediction is multiplied when it is read as the other: `to` may be of another
// process, `there`, at the same log-SNR. A ratio of two determinants where both are of one process.
export function amplification(from, here, to, there, sigmaData) {
  const det = determinant(row(from, here, sigmaData), here);
  const [a, b] = row(to, there, sigmaData);
  return Math.abs((here.alpha * b - here.sigma * a) / det);
}

// The factor between two predictions where the one is a multiple of the other, whatever x is: then only the unit
// changes, and an error with it. 0 where they are not.
export function rescaling(from, here, to, there, sigmaData) {
  const [a, b] = row(from, here, sigmaData);
  const [c, d] = row(to, there, sigmaData);
  return Math.abs(a * d - b * c) < 1e-12 ? (a * c + b * d) / (a * a + b * b) : 0;
}

// The step of DDPM's linear chain of 1,000 whose log-SNR is nearest, and its alpha-bar in the paper's letters,
// the product of 1 - beta: the square of ours.
export function nearestStep(logSnr, L = 1000) {
  let [bar, best] = [1, { step: 0, bar: 1, gap: Infinity }];
  for (let i = 1; i <= L; i++) {
    bar *= 1 - 1e-4 - ((0.02 - 1e-4) * (i - 1)) / (L - 1);
    const gap = Math.abs(Math.log(bar / (1 - bar)) - logSnr);
    if (gap < best.gap) best = { step: i, bar, gap };
  }
  return best;
}
