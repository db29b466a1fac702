// Where the network learns: in a worker, or, where the page may have none, in slices on the page itself.

import { makeSession } from "../maths/session.js";

// ask(message): a promise of the session's answer; answers come in the order of the questions.
export function makeEngine(signal) {
  const waiting = [];
  let [worker, session, heard] = [null, null, false];
  const answer = (reply) => waiting.shift().resolve(reply);
  function here() { // no worker: the page does it, and draws in between
    session = makeSession();
    for (const { message } of waiting) later(message);
  }
  const later = (message) => setTimeout(() => answer(session(message)));
  try {
    worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      heard = true;
      answer(data);
    };
    worker.onerror = (event) => {
      worker.terminate();
      if (!heard) here();
      else for (const { reject } of waiting.splice(0)) reject(Error(event.message || "the worker ended"));
    };
    signal.addEventListener("abort", () => worker.terminate());
  } catch {
    here();
  }
  return {
    get inWorker() { return !session; },
    ask: (message) => new Promise((resolve, reject) => {
      waiting.push({ message, resolve, reject });
      if (session) later(message);
      else worker.postMessage(message);
    }),
  };
}
