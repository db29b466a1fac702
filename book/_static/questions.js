// Questions of the page: the answer is looked up among those that have a reason, and told it.
// Numbers are read by formula.js. Nothing is sent anywhere.
const questions = (() => {
  // What is said of an answer, as `check` says it in a notebook. `answers` has the right one first:
  // {answer, within}; `given` is a letter, letters in order, or the text of a number.
  //   {mark, index} of a known answer, {mark, said} of another.
  function mark(kind, answers, given) {
    const known = kind === "number" ? number(answers, given) : { index: answers.findIndex((a) => a.answer === given) };
    if (known.index === 0) return { mark: "right", index: 0 };
    if (known.index > 0) return { mark: "wrong", index: known.index };
    if (kind === "order") return unordered(answers[0].answer, given);
    return known.said ? known : { mark: "open", said: "Not answered yet. Choose one." };
  }

  function number(answers, given) {
    if (!given.trim()) return { mark: "open", said: "Not answered yet. Give a number." };
    let value;
    try {
      value = formula.value(formula.read(given));
    } catch (error) {
      return { mark: "open", said: error.message };
    }
    const index = answers.findIndex((a) => Math.abs(value - a.answer) <= a.within);
    if (index >= 0) return { index };
    if (!Number.isFinite(value)) return { mark: "open", said: "Give a number: this is not finite." };
    return { mark: "wrong", said: `Not yet. The right number is ${value < answers[0].answer ? "larger" : "smaller"}.` };
  }

  function unordered(right, given) {
    if ([...given].sort().join("") !== [...right].sort().join("")) {
      return { mark: "open", said: "Give each its place: 1, 2, and on, each once." };
    }
    const place = [...right].findIndex((letter, k) => letter !== given[k]);
    return { mark: "wrong", said: `Not yet. ${given[place]} does not belong in place ${place + 1}.` };
  }

  // What stands in the form now.
  function given(form) {
    const { kind } = form.dataset;
    if (kind === "choice") return form.querySelector("input:checked")?.value ?? "";
    if (kind === "number") return form.querySelector("input").value;
    const placed = [...form.querySelectorAll("select")].filter((select) => select.value);
    return placed.sort((a, b) => a.value - b.value).map((select) => select.name).join("");
  }
  const unique = (form) => {
    const places = [...form.querySelectorAll("select")].map((select) => select.value);
    return new Set(places).size === places.length;
  };

  function enliven(box) {
    const form = box.querySelector("form"), reply = form.querySelector("output");
    const words = [...box.querySelectorAll("[data-answer]")];
    const answers = words.map(({ dataset: { answer, within } }) => ({ answer, within: Number(within) }));
    let latest; // tells the last reply
    form.addEventListener("input", () => {
      latest = undefined;
      reply.replaceChildren();
      delete reply.dataset.mark;
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const found = mark(form.dataset.kind, answers, unique(form) ? given(form) : "");
      const sign = { right: "✓ Right.", wrong: "✗ Not yet.", open: "○" }[found.mark];
      reply.dataset.mark = found.mark;
      const say = found.said
        ? () => (reply.textContent = `${found.mark === "wrong" ? "✗" : "○"} ${found.said}`)
        : () => reply.replaceChildren(`${sign} `, ...words[found.index].cloneNode(true).childNodes);
      latest = say;
      say();
      // Formulas that are not drawn yet come when all are.
      if (!reply.querySelector(".math:not(:has(mjx-container))")) return;
      window.MathJax?.startup.promise.then(() => latest === say && say());
    });
    form.querySelector("fieldset").disabled = false;
    form.querySelector("button").hidden = false;
  }

  return { mark, enliven };
})();
if (typeof document !== "undefined") {
  addEventListener("DOMContentLoaded", () => document.querySelectorAll(".dgm-question").forEach(questions.enliven));
}
