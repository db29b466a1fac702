// The speaker's notes in a window of their own, also where the deck is a file (there the window of
// reveal.js hears nothing): where we are, for how long, what to say, what comes next. The keys that
// turn slides turn them from there, too. Formulas are MathML, which browsers draw by themselves.
function makeNotes(deck) {
  const STYLE = `body { margin: 1.5rem; font: 20px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #1b2430 }
    header, footer { color: #5b6472; font-size: 16px } footer { margin-top: 2rem }`;
  const TURNS = { ArrowRight: "next", ArrowLeft: "prev", PageDown: "next", PageUp: "prev", " ": "next" };
  const began = Date.now();
  let view = null;

  const heading = (slide) => slide?.querySelector("h1, h2, .asked")?.innerHTML ?? "the end";
  const tell = () => {
    if (!view || view.closed) return;
    const slide = deck.getCurrentSlide();
    const place = `${deck.getSlides().indexOf(slide) + 1} of ${deck.getTotalSlides()}`;
    view.document.body.innerHTML = `<header>${place}, <span></span></header><h1>${heading(slide)}</h1>
      <main>${slide.querySelector(".notes").innerHTML}</main><footer>Next: ${heading(slide.nextElementSibling)}</footer>`;
    clock();
  };
  const clock = () => {
    const said = view && !view.closed && view.document.querySelector("header span");
    if (said) said.textContent = `minute ${Math.floor((Date.now() - began) / 60000) + 1}`;
  };
  setInterval(clock, 10000);
  deck.on("slidechanged", tell);

  return () => {
    view = window.open("", "notes", "width=760,height=680");
    if (!view) return deck.configure({ showNotes: true }); // a browser that opens no windows
    view.document.title = "Notes";
    view.document.head.innerHTML = `<style>${STYLE}</style>`;
    view.onkeydown = ({ key }) => TURNS[key] && deck[TURNS[key]]();
    tell();
  };
}
