// Runs a deck: lets formulas be drawn, makes all fit, then starts reveal.js. On a phone held upright
// the slides stay a page to scroll, and without JavaScript they are one, too.
{
  const SMALLEST = 20; // pixels of 720: what the last row can read
  const LARGEST = { opens: 34, sums: 40, asks: 30, mistake: 30, title: 30 };
  const phone = matchMedia("(max-width: 600px)");

  const tooWide = (box) => box.scrollWidth > box.clientWidth + 1;
  const tooLarge = (box) => tooWide(box) || box.scrollHeight > box.clientHeight + 1;

  // The largest text with which all of a slide is inside of it; a wide formula becomes smaller alone.
  const fitText = (section) => {
    const boxes = [...section.querySelectorAll(".equation > div")];
    let size = LARGEST[section.classList[0]];
    do {
      section.style.fontSize = `${size}px`;
      for (const box of boxes) {
        let scale = 1.3;
        do box.style.fontSize = `${scale}em`; while (tooWide(box) && (scale -= 0.05) * size >= SMALLEST);
      }
    } while (([...boxes, ...section.querySelectorAll("pre")].some(tooWide) || tooLarge(section)) && --size >= SMALLEST);
  };

  // A widget with letters as large as there is room for, and then with the larger picture; as it
  // grows later, by a sentence more, it becomes smaller.
  const fitWidget = (live, from = 1.3) => {
    const { style } = live.querySelector(".dgm-widget");
    for (let zoom = from; zoom > 0.5; zoom -= 0.05) {
      style.zoom = zoom;
      for (const words of ["right", "left"]) for (const width of [100, 75]) for (const share of [1.7, 1.2, 0.85, 0.6]) {
        live.dataset.words = words; // presets and status, below the controls or below the picture
        style.width = `${width}%`;
        style.setProperty("--share", `${share}fr`);
        if (!tooLarge(live)) return;
      }
    }
  };
  const watch = (live) => {
    const widget = live.querySelector(".dgm-widget");
    const observer = new ResizeObserver(() => tooLarge(live) && fitWidget(live, Number(widget.style.zoom)));
    observer.observe(widget);
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

  const start = async () => {
    await Reveal.initialize({
      width: 1280, height: 720, margin: 0, minScale: 0.2, maxScale: 4, center: false, display: "flex",
      hash: true, hashOneBasedIndex: true, slideNumber: "c/t", transition: "none", viewDistance: 1, mobileViewDistance: 1,
      scrollActivationWidth: null, keyboardCondition: () => !inWidget(), plugins: [RevealNotes],
    });
    const notes = { keyCode: 78, key: "N", description: "Speaker's notes below" };
    Reveal.addKeyBinding(notes, () => Reveal.configure({ showNotes: !Reveal.getConfig().showNotes }));
  };

  window.MathJax = { options: { enableMenu: false }, startup: { ready() {
    MathJax.startup.defaultReady();
    drawn().then(mounted).then(async () => {
      if (phone.matches) document.getElementById(location.hash.slice(2))?.scrollIntoView();
      else {
        document.querySelectorAll(".slides > section").forEach(fitText);
        document.querySelectorAll(".live").forEach((live) => (fitWidget(live), watch(live)));
        await start();
      }
      document.documentElement.dataset.ready = "";
    });
  } } };
}
