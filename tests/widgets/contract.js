// What test_contract.py asks a page: `contract` is put into every page before its own scripts.

window.contract = (() => {
  const shown = (node) => node.offsetParent !== null && getComputedStyle(node).visibility === "visible";
  const start = (node) => node.outerHTML.slice(0, 90);

  // All widgets have started, or failed.
  const mounted = () => [...document.querySelectorAll(".dgm-widget")]
    .every((el) => ["done", "failed"].includes(el.dataset.mounted));

  // Whatever plays by itself once in sight is stopped, and set back to its beginning by a link: the page's own.
  function rest() {
    const playing = [...document.querySelectorAll(".dgm-button")].filter((node) => node.innerText === "Pause");
    for (const node of playing) {
      node.click();
      const link = document.createElement("a");
      const start = `#set-${node.closest(".dgm-widget").dataset.widget}?`;
      link.href = location.hash.startsWith(start) ? location.hash : start;
      document.body.append(link);
      link.click();
      link.remove();
    }
    window.scrollTo(0, 0);
  }

  // Focuses the widget's first control, or its last.
  function enter(name, last) {
    const mine = [...document.querySelectorAll("button, input, [tabindex]")].filter((node) =>
      node.tabIndex >= 0 && shown(node) && !node.disabled && (node.type !== "radio" || node.checked)
      && node.closest(`[data-widget="${name}"]`));
    (last ? mine.at(-1) : mine[0]).focus();
  }

  // What has the focus, and how it shows and names itself.
  function focus() {
    const node = document.activeElement;
    const drawn = node.type === "radio" ? node.nextElementSibling : node;
    const { outlineStyle, outlineWidth } = getComputedStyle(drawn);
    return {
      widget: node.closest(".dgm-widget")?.dataset.widget ?? null, tag: node.tagName,
      seen: node.innerText ?? "",
      name: node.getAttribute("aria-label") ?? node.closest("label")?.innerText ?? node.innerText ?? "",
      ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
      own: node.dataset.lmSuppressShortcuts === "true",
    };
  }

  // Pictures and groups without a name.
  const silent = (el) => [...el.querySelectorAll("canvas, svg, [role=img], [role=group]")]
    .filter((node) => !node.closest("[aria-hidden=true], button, .dgm-key"))
    .filter((node) => !(node.getAttribute("aria-label") ?? "").trim()).map(start);

  // Numbers of the state, the sliders and the text that are not finite or out of their limits.
  function unsound(el, names) {
    const bad = [];
    const look = (value, path) => {
      if (typeof value === "number" && !Number.isFinite(value)) bad.push(path);
      if (Array.isArray(value)) value.forEach((v, i) => look(v, `${path}[${i}]`));
    };
    for (const name of names) look(el.dgmModel.get(name), name);
    for (const node of el.querySelectorAll("[role=slider], input[type=range]")) {
      const own = (name) => Number(node.getAttribute(`aria-value${name}`));
      const [low, high, now] = node.type === "range"
        ? [0, 1, Number(node.value)] : [own("min"), own("max"), own("now")];
      if (!(now >= low - 1e-9 && now <= high + 1e-9)) bad.push(`${start(node)}: ${now}`);
    }
    if (/NaN|Infinity|undefined/.test(el.innerText)) bad.push(el.innerText);
    return bad;
  }

  // Whether a handle stands wholly in its stage, and is what a finger at its middle would touch.
  function reachable(node) {
    node.scrollIntoView({ block: "center" });
    const [own, stage] = [node, node.parentElement].map((n) => n.getBoundingClientRect());
    const inside = own.left >= stage.left - 1 && own.right <= stage.right + 1
      && own.top >= stage.top - 1 && own.bottom <= stage.bottom + 1;
    const hit = document.elementFromPoint(own.left + own.width / 2, own.top + own.height / 2);
    const free = hit?.closest(".dgm-handle") !== null; // two handles may lie upon each other
    return (inside && free) || `${JSON.stringify(own)} in ${JSON.stringify(stage)}, under ${hit?.className}`;
  }

  // Runs a widget as anywidget does in JupyterLab and Colab: a module from a blob, a kernel's model
  // that sends bytes as they are, an element that is not yet on the page.
  async function inNotebook({ esm, css, state, bytes }) {
    const heard = {};
    for (const [name, text] of Object.entries(bytes)) {
      const letters = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      state[name] = new DataView(letters.buffer);
    }
    let saved = 0;
    const model = {
      get: (name) => state[name],
      set(name, value) {
        state[name] = value;
        for (const callback of heard[`change:${name}`] ?? []) callback();
      },
      on: (event, callback) => (heard[event] ??= new Set()).add(callback),
      off: (event, callback) => heard[event]?.delete(callback),
      save_changes: () => saved++,
    };
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
    const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const { default: widget } = await import(url);
    URL.revokeObjectURL(url);
    const el = document.createElement("div");
    const clean = await widget.render({ model, el });
    document.body.replaceChildren(el);
    await new Promise((done) => setTimeout(done, 120));
    const inked = Math.max(...canvases(el).map(inkOf));
    const listeners = () => Object.values(heard).reduce((sum, set) => sum + set.size, 0);
    const before = listeners();
    clean();
    return { text: el.innerText, ink: inked, links: el.querySelectorAll(".dgm-link").length,
      before, after: listeners(), saved };
  }

  const fields = (el, names) => Object.fromEntries(names.map((n) => [n, el.dgmModel.get(n)]));
  const canvases = (el) => [...el.querySelectorAll("canvas")].filter((c) => c.width && shown(c));
  const pixels = (el) => canvases(el).map((c) => c.toDataURL());
  const life = (el) => el.querySelector(".dgm-status").innerText + pixels(el).map((text) => text.length);

  // The share of a canvas that is painted.
  function inkOf(canvas) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 60).length / (data.length / 4);
  }

  // Of each layered picture: which share of it has ink, and which share is dark.
  function grounds(el) {
    const stages = new Set(canvases(el).filter((c) => c.width > 40).map((c) => c.closest(".dgm-stage") ?? c));
    return [...stages].map((stage) => {
      const layers = stage.tagName === "CANVAS" ? [stage] : canvases(stage);
      let [ink, dark] = [0, 0];
      for (const canvas of layers) {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let [mine, black] = [0, 0];
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] > 60) mine++;
          if (data[i + 3] > 200 && data[i] + data[i + 1] + data[i + 2] < 150) black++;
        }
        ink = Math.max(ink, mine / (data.length / 4));
        dark = Math.max(dark, black / (data.length / 4));
      }
      return [ink, dark];
    });
  }

  // A system colour as this page shows it, and the widget's own ink.
  function inks(el) {
    const probe = document.createElement("i");
    probe.style.color = "CanvasText";
    el.append(probe);
    const system = getComputedStyle(probe).color;
    probe.remove();
    const style = getComputedStyle(el.querySelector(".dgm"));
    return [style.getPropertyValue("--dgm-ink"), style.color === system];
  }

  const tooWide = (el) => [...el.querySelectorAll("*")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.width && shown(node) && (box.right > innerWidth + 0.5 || box.left < -0.5);
  }).map(start);

  const tooSmall = (el) => [...el.querySelectorAll("button, input")].filter(shown).filter((node) => {
    const box = node.getBoundingClientRect();
    return Math.min(box.width, box.height) < 23.5;
  }).map(start);

  // Sizes, places and styles of all that a widget is made of.
  const STYLES = ["color", "backgroundColor", "fontSize", "fontWeight", "display", "padding", "borderWidth"];
  function look(el) {
    const base = el.getBoundingClientRect();
    return [...el.querySelectorAll("*")].filter((node) => shown(node) && !node.closest(".dgm-status"))
      .map((node) => {
        const [box, style] = [node.getBoundingClientRect(), getComputedStyle(node)];
        const place = [box.left - base.left, box.width, box.height].map(Math.round);
        return [node.tagName, node.className, ...place, ...STYLES.map((name) => style[name])].join(" ");
      });
  }

  return { mounted, rest, inNotebook, enter, focus, silent, unsound, reachable, fields, pixels, life, grounds, inks,
    tooWide, tooSmall, look };
})();
