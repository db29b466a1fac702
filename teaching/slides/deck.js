// Runs a deck: lets formulas be drawn, makes all fit, then starts reveal.js. On a phone held upright
// the slides stay a page to scroll, and without JavaScript they are one, too.
{
  const SMALLEST = 20; // pixels of 720: what the last row can read
  const LARGEST = { opens: 34, sums: 40, asks: 30, mistake: 30, title: 30 };
  const phone = matchMedia("(max-width: 600px)");

  const tooLarge = (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;

  // The largest text with which all of a slide is inside of it.
  const fitText = (section) => {
    let size = LARGEST[section.classList[0]];
    do section.style.fontSize = `${size}px`; while ((tooLarge(section) || wide(section)) && --size >= SMALLEST);
  };
  const wide = (section) => [...section.querySelectorAll(".equation > div, pre")].some((box) => box.scrollWidth > box.clientWidth + 1);

  // A widget as large as there is room; as it grows later (a sentence more), it becomes smaller.
  const fitWidget = (live, from = 1.7) => {
    const widget = live.firstElementChild;
    const { clientWidth: width, clientHeight: height } = live;
    if (!width || !height) return;
    let zoom = from;
    do {
      widget.style.zoom = zoom;
      widget.style.width = `${Math.min(860, width / zoom)}px`;
      zoom -= 0.05;
    } while (zoom > 0.5 && live.scrollHeight > height + 1);
  };
  const watch = (live) => new ResizeObserver(() => {
    if (live.scrollHeight > live.clientHeight + 1) fitWidget(live, Number(live.firstElementChild.style.zoom));
  }).observe(live.firstElementChild);

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
