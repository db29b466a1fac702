// One colour for each class, readable on a light and on a dark page. A figure never speaks by
// colour alone: it also writes the class.

export function classColour(k, count, paper) {
  const dark = paper[0] + paper[1] + paper[2] < 384;
  const hue = (360 * ((k * 3) % count)) / count + 15 * (k % 2); // neighbours far apart
  return `hsl(${hue.toFixed(0)} ${dark ? 72 : 78}% ${dark ? 68 : 36}%)`;
}
