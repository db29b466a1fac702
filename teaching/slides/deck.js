// Runs a deck: lets formulas be drawn, makes all fit, then starts reveal.js. On a phone held upright
// the slides stay a page to scroll, and without JavaScript they are one, too.
{
  const SMALLEST = 20; // pixels of 720: what the last row can read
  const LARGEST = { opens: 34, sums: 40, asks: 30, vote: 30, mistake: 30, title: 30 };
  const phone = matchMedia("(max-width: 600px)");

  const tooWide = (box) => box.scrollWidth > box.clientWidth + 1;
  const tooLarge = (box) => tooWide(box) || box.scrollHeight > box.clientHeight + 1;

  // The largest text with which all of a slide is inside of it; a wide formula becomes smaller alone.
  const fitText = (section) => {
    const formulas = [...section.querySelectorAll(".equation > div")];
    const inside = [section, section.querySelector(".body")];
    const scale = section.querySelector("img, .live") ? 1 : 1.3;
    let size = LARGEST[section.classList[0]];
    do {
      section.style.fontSize = `${size}px`;
      for (const box of formulas) {
        box.style.fontSize = `${scale}em`;
        const fits = (0.99 * box.clientWidth) / box.scrollWidth;
        if (fits < 0.99) box.style.fontSize = `${Math.max(scale * fits, SMALLEST / size)}em`;
      }
    } while (([...formulas, ...section.querySelectorAll("pre")].some(tooWide) || inside.some(tooLarge)) && --size >= SMALLEST);
  };

  // Of all ways to lay a widget out that leave it inside its slide, the one with the largest letters
  // times the largest picture. `most` bounds the letters, once they have been too large.
  const ZOOMS = [1.35, 1.2, 1.1, 1, 0.92, 0.85, 0.75, 0.65, 0.55];
  const WAYS = { // see deck.css: where words stand, widths in per cent, shares of the picture
    panel: [["right", [100, 85, 70], [1.5, 1, 0.65]], ["left", [100, 85, 70], [1.5, 1, 0.65]]],
    plain: [["right", [100, 85, 70, 60, 50, 40], [1]], ["split", [100, 85], [1.5, 1, 0.65]], ["columns", [100, 85], [1]]],
  };
  const area = (node) => { const box = node.getBoundingClientRect(); return Math.sqrt(box.width * box.height); };
  const fitWidget = (live, most = 2) => {
    const widget = live.querySelector(".dgm-widget");
    const picture = widget.querySelector(".dgm-stage, canvas, svg") ?? widget;
    const ways = WAYS[widget.querySelector(".dgm-layout > .dgm-panel") ? "panel" : "plain"];
    const all = ways.flatMap(([words, widths, shares]) => widths.flatMap((width) => shares.map((share) => [words, width, share])));
    const set = ([zoom, terse, words, width, share]) => {
      live.dataset.words = words;
      live.toggleAttribute("data-terse", terse);
      widget.style.cssText = `zoom: ${zoom}; width: ${width}%; --share: ${share}fr`;
    };
    let best = [0.45, true, "right", 60, 1], top = 0;
    for (const zoom of ZOOMS) for (const terse of [false, true]) {
      const letters = Math.min(zoom, 1.2) ** 2 * (terse ? 0.9 : 1);
      if (zoom > most || letters * area(live) < top) continue;
      for (const way of all) {
        set([zoom, terse, ...way]);
        const worth = letters * area(picture);
        if (worth > top && !tooLarge(live)) [best, top] = [[zoom, terse, ...way], worth];
      }
    }
    set(best);
    live.dataset.zoom = best[0];
  };
  const watch = (live) => {
    const again = () => tooLarge(live) && live.dataset.zoom > 0.5 && fitWidget(live, live.dataset.zoom - 0.05);
    new ResizeObserver(again).observe(live.querySelector(".dgm-widget"));
  };

  const drawn = () => Promise.all([MathJax.startup.promise, document.fonts.ready]);
  const mounted = async () => {
    const waiting = () => document.querySelector(".dgm-widget:not([data-mounted=done]):not([data-mounted=failed])");
    for (let tries = 0; tries < 100 && waiting(); tries++) await new Promise((next) => setTimeout(next, 50));
  };

  // The keys belong to a widget while it has the focus; Escape gives them back.
  const inWidget = () => document.activeElement?.closest(".live");
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && inWidget()) {
      document.activeElement.blur();
      event.stopImmediatePropagation();
    }
  }, true);

  // A slide is fitted when it is first seen, and all are before they are printed.
  const fit = (section) => {
    if ("fitted" in section.dataset) return;
    section.dataset.fitted = "";
    fitText(section);
    section.querySelectorAll(".live").forEach((live) => (fitWidget(live), watch(live)));
  };
  addEventListener("beforeprint", () => {
    delete document.documentElement.dataset.ready; // one below the other: only what is shown has a size
    document.querySelectorAll(".slides > section").forEach(fit);
    document.documentElement.dataset.ready = "";
  });

  const start = async () => {
    for (const event of ["ready", "slidechanged"]) Reveal.on(event, ({ currentSlide }) => fit(currentSlide));
    await Reveal.initialize({
      width: 1280, height: 720, margin: 0, minScale: 0.2, maxScale: 4, center: false, display: "flex",
      hash: true, hashOneBasedIndex: true, slideNumber: "c/t", transition: "none", viewDistance: 1, mobileViewDistance: 1,
      scrollActivationWidth: null, keyboardCondition: () => !inWidget(),
    });
    const below = () => Reveal.configure({ showNotes: !Reveal.getConfig().showNotes });
    Reveal.addKeyBinding({ keyCode: 83, key: "S", description: "Notes in a window" }, makeNotes(Reveal));
    Reveal.addKeyBinding({ keyCode: 78, key: "N", description: "Notes below" }, below);
  };

  const parts = ["core", "input/tex", "output/chtml", "a11y/assistive-mml"];
  window.MathJax = { loader: { load: parts }, startup: { ready() {
    MathJax.startup.defaultReady();
    drawn().then(mounted).then(async () => {
      if (phone.matches) document.getElementById(location.hash.slice(2))?.scrollIntoView();
      else await start();
      document.documentElement.dataset.ready = "";
    });
  } } };
}
