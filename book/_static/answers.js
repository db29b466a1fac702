// The field under an exercise: formulas or numbers are marked here, by the sheet that was worked out
// from the exercise when the page was built. Nothing is sent anywhere.
//   An answer is a list of parts, formulas or numbers; each has a value at each point of the sheet.
const answers = (() => {
  const near = (values, wanted, within) =>
    values.every((v, i) => Math.abs(v - wanted[i]) <= within[i]); // never for NaN
  const agree = (sheet, answer, wanted) => answer.every((part, k) => near(part, wanted[k], sheet.within[k]));
  const listed = (sheet, parts) => parts.map((k) => sheet.parts[k]).join(", ");

  // {right, said}: what `check` says in a notebook.
  function verdict(sheet, answer) {
    if (agree(sheet, answer, sheet.right)) return { right: true, said: "Right." };
    const looksLike = (sheet.parts.length && byParts(sheet, answer)) || whole(sheet, answer);
    return { right: false, said: looksLike ? `Not yet: ${looksLike}.` : unnamed(sheet, answer) };
  }

  const whole = (sheet, answer) => sheet.slips.find(([, wrong]) => agree(sheet, answer, wrong))?.[0];
  const partIs = (sheet, answer, wanted, k) => near(answer[k], wanted[k], sheet.within[k]);
  const wrongParts = (sheet, answer) =>
    [...answer.keys()].filter((k) => !partIs(sheet, answer, sheet.right, k));

  function byParts(sheet, answer) {
    let rest = wrongParts(sheet, answer);
    const said = [];
    for (const [words, wrong] of sheet.slips) {
      const so = rest.filter((k) => partIs(sheet, answer, wrong, k));
      if (so.length) said.push(`${listed(sheet, so)}: ${words}`);
      rest = rest.filter((k) => !so.includes(k));
    }
    if (!said.length) return null;
    return [...said, ...(rest.length ? [`${listed(sheet, rest)}: wrong, too`] : [])].join("; ");
  }

  // Of numbers, none is given away; of a formula, the point where it is furthest off.
  function unnamed(sheet, answer) {
    const told = sheet.parts.length ? ` Wrong: ${listed(sheet, wrongParts(sheet, answer))}.` : "";
    if (!sheet.names) return `Not yet.${told} Wanted: ${sheet.asks}.`;
    const off = answer.flatMap((part, k) => part.map((v, i) => ({
      k, i, by: Number.isFinite(v) ? Math.abs(v - sheet.right[k][i]) / sheet.within[k][i] : Infinity,
    })));
    const { k, i } = off.reduce((a, b) => (b.by > a.by ? b : a));
    const where = sheet.names.map((name, n) => `${name} = ${digits(sheet.points[i][n])}`).join(", ");
    const found = Number.isFinite(answer[k][i])
      ? `it gives ${digits(answer[k][i])}; right is ${digits(sheet.right[k][i])}`
      : "it has no value: a root or a logarithm of a negative number, or a division by 0";
    return `Not yet.${told} At ${where} ${found}.`;
  }
  const digits = (v) => String(Number(v.toPrecision(4))).replace("-", "−");

  // The values of what was typed, a text for each part; throws a sentence.
  function values(sheet, texts) {
    return texts.map((text) => {
      const tree = formula.read(text, sheet.names);
      if (!sheet.names) return [formula.value(tree)];
      return sheet.points.map((point) =>
        formula.value(tree, Object.fromEntries(sheet.names.map((name, n) => [name, point[n]]))));
    });
  }

  function mark(sheet, texts) {
    if (texts.every((text) => !text.trim())) {
      return { open: true, said: `Not answered yet. Wanted: ${sheet.asks}.` };
    }
    let answer;
    try {
      answer = values(sheet, texts);
    } catch (error) {
      return { open: true, said: error.message };
    }
    return verdict(sheet, answer);
  }

  function enliven(form) {
    const sheet = JSON.parse(form.querySelector("script").textContent);
    const inputs = [...form.querySelectorAll("input")];
    const [seen, reply] = form.querySelectorAll(".dgm-read, .dgm-reply");
    form.addEventListener("input", ({ target }) => {
      reply.textContent = "";
      delete reply.dataset.mark;
      try {
        seen.innerHTML = sheet.names ? formula.mathml(formula.read(target.value, sheet.names)) : "";
      } catch {
        seen.textContent = ""; // not finished yet
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { right, open, said } = mark(sheet, inputs.map((input) => input.value));
      reply.dataset.mark = right ? "right" : open ? "open" : "wrong";
      reply.textContent = `${right ? "✓" : open ? "○" : "✗"} ${said}`;
    });
    form.hidden = false;
  }

  return { mark, verdict, enliven };
})();
if (typeof document !== "undefined") {
  window.answers = answers;
  addEventListener("DOMContentLoaded", () => document.querySelectorAll("form.dgm-answer").forEach(answers.enliven));
}
