// The reader commits to a guess, then sees. What was guessed is remembered on the page, where the
// browser allows it; nothing leaves it.

import { button, h } from "./ui.js";

const memory = (work) => {
  try {
    return work(localStorage);
  } catch {
    return null; // private windows, files, frames: the guess is then not remembered
  }
};

// For the guess that Python gives (`staged(guess=(question, answers, truth))`); null without one.
export const makeGuess = (w) => (w.get("guess")?.question ? makePredict(w, w.get("guess")) : null);

// { question, answers: [...], truth: "what is true, shown after the choice" }; onguess(answer).
export function makePredict(w, { question, answers, truth }, onguess = () => {}) {
  const key = `dgm-guess ${location.pathname} ${w.name} ${question}`;
  const verdict = h("p", { class: "dgm-truth", "aria-live": "polite" });
  const choices = answers.map((answer) => button(answer, null, () => {
    memory((store) => store.setItem(key, answer));
    commit(answer);
  }));
  const again = button("Guess again", null, () => {
    memory((store) => store.removeItem(key));
    commit(null);
    choices[0].focus();
  });
  function commit(answer) {
    choices.forEach((node) => {
      node.setAttribute("aria-pressed", String(node.textContent === answer));
      node.disabled = answer !== null;
    });
    again.hidden = answer === null;
    verdict.textContent = answer === null ? "" : `You guessed: ${answer}. ${truth}`;
    if (answer !== null) onguess(answer);
  }
  const node = h("div", { class: "dgm-guess", role: "group", "aria-label": "Your guess" },
    h("p", {}, question), h("div", { class: "dgm-buttons dgm-even" }, ...choices, again), verdict);
  const before = memory((store) => store.getItem(key));
  commit(answers.includes(before) ? before : null);
  return node;
}
