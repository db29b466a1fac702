// Formulas come after all else, a section at a time, those in sight first: the page answers meanwhile.
{
  const PIECE = 10; // milliseconds of work before the page may do something else

  const rest = () =>
    new Promise((next) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = next;
      port2.postMessage(0);
    });

  const inSight = (element) => {
    if (element.checkVisibility?.({ contentVisibilityAuto: true }) === false) return false; // far away
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };

  // The formulas of each section; those in sight now are a group of their own, the first.
  const groups = (items) => {
    const found = new Map([["in sight", []]]);
    for (const item of items) {
      const element = item.start.node.parentElement;
      const group = inSight(element) ? "in sight" : element.closest("section");
      if (!found.has(group)) found.set(group, []);
      found.get(group).push(item);
    }
    return found.values();
  };

  // Formulas change the height of what is above the place that the address names: it is held in sight
  // until the reader moves. (Whoever goes back to a page finds it as it was left.)
  const moved = new AbortController();
  for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(kind, () => moved.abort(), { signal: moved.signal, passive: true });
  const hold = () => {
    const came = performance.getEntriesByType("navigation")[0]?.type === "navigate";
    if (came && !moved.signal.aborted) document.querySelector(":target")?.scrollIntoView();
  };

  const draw = async () => {
    const { STATE } = MathJax._.core.MathItem;
    const { handleRetriesFor } = MathJax._.util.Retries;
    const doc = MathJax.startup.document;
    doc.findMath();
    let start = performance.now();
    for (const items of groups([...doc.math])) {
      // Measured together: a formula alone would make the browser lay out the section each time.
      doc.outputJax.getMetrics(Object.create(doc, { math: { value: items } }));
      for (const item of items) {
        item.state(0); // as found: it must still be compiled
        await handleRetriesFor(() => item.convert(doc, STATE.INSERTED - 1));
        if (performance.now() - start > PIECE) {
          await rest();
          start = performance.now();
        }
      }
      for (const item of items) item.updateDocument(doc);
      doc.addStyleSheet();
      hold();
      await rest();
      start = performance.now();
    }
  };

  // MathJax puts a promise of its own in place of this one; both are kept when all is drawn.
  let done;
  const promise = new Promise((kept) => (done = kept));
  window.MathJax = {
    ...window.MathJax,
    loader: { load: ["core", "input/tex", "output/chtml", "a11y/assistive-mml"] }, // offline.py copies them
    startup: { promise, pageReady: () => draw().finally(done) },
  };

  // The page names MathJax in a script that does nothing by itself (_config.yml).
  const load = () => {
    const script = document.createElement("script");
    script.src = document.querySelector('script[type="text/later"]').src;
    document.head.append(script);
  };
  addEventListener("DOMContentLoaded", () => {
    if (!document.querySelector(".math")) done();
    else if (window.requestIdleCallback) requestIdleCallback(load, { timeout: 2000 });
    else setTimeout(load, 200);
  });
}
