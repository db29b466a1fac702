// Films of a sampler: the pictures in their bytes, and the counting of endings.

export const SIDE = 24; // pixels of a digit, two of them in a byte

// The pictures of all films: x_i for i = 0..calls, then the guesses, then the branches of each
// step but the last, which adds no noise.
export function makeFilms(bytes, calls, branches) {
  const size = (SIDE * SIDE) / 2;
  const length = size * (2 * calls + 1 + (calls - 1) * branches);
  const at = (film, k) => {
    const start = film * length + k * size;
    return Float32Array.from({ length: SIDE * SIDE }, (_, j) => {
      const pair = bytes[start + (j >> 1)];
      return (j % 2 ? pair & 15 : pair >> 4) / 15;
    });
  };
  return {
    x: (film, i) => at(film, i),
    guess: (film, i) => (i < calls ? at(film, calls + 1 + i) : at(film, calls)),
    branch: (film, i, j) => at(film, 2 * calls + 1 + i * branches + j),
  };
}

// How often each digit was read, the most frequent first: [[digit, count], ...].
export function tally(readings) {
  const counts = new Map();
  for (const digit of readings) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

// The share of branches that end as the film does, for each step that has branches.
export function loyalty(readings, end, branches) {
  return Array.from({ length: readings.length / branches }, (_, i) => {
    const own = [...readings.slice(i * branches, (i + 1) * branches)];
    return own.filter((digit) => digit === end).length / branches;
  });
}

// The first step from which on all branches end as the film does; the last one, if there is none.
export function decidedAt(shares) {
  let first = shares.length;
  while (first > 0 && shares[first - 1] === 1) first -= 1;
  return first;
}

// How high each ending stands: at its digit, those of one digit a little apart.
export function leaves(found) {
  const seen = new Map();
  return [...found].map((digit) => {
    const [rank, count] = [seen.get(digit) ?? 0, found.split(digit).length - 1];
    seen.set(digit, rank + 1);
    return Number(digit) + 0.8 * ((rank + 1) / (count + 1) - 0.5);
  });
}

// The ending above (up > 0) or below the chosen one; from none, -1, the lowest or the highest.
export function nextLeaf(found, chosen, up) {
  const height = leaves(found);
  const order = height.map((_, j) => j).sort((a, b) => height[a] - height[b]);
  if (chosen < 0) return (up > 0 ? order[0] : order.at(-1)) ?? -1;
  return order[Math.min(order.length - 1, Math.max(0, order.indexOf(chosen) + Math.sign(up)))];
}
