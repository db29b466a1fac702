// A formula as people type it: read, evaluated, and shown as MathML. No eval, no page.
//   formula.read("(x + s^2 score)/a", ["x", "s", "score", "a"]) gives a tree, or throws a sentence.
const formula = (() => {
  const known = (table) => Object.assign(Object.create(null), table); // and nothing inherited
  const FUNCTIONS = known({
    sqrt: Math.sqrt, exp: Math.exp, log: Math.log, ln: Math.log, log2: Math.log2, log10: Math.log10,
    abs: Math.abs, sin: Math.sin, cos: Math.cos, tan: Math.tan, tanh: Math.tanh, sinh: Math.sinh,
    cosh: Math.cosh, atan: Math.atan, arctan: Math.atan, sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    square: (x) => x * x, pow: Math.pow, min: Math.min, max: Math.max,
  });
  const CONSTANTS = known({ pi: Math.PI, e: Math.E });
  const GREEK = {
    alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", theta: "θ", lambda: "λ", mu: "μ",
    nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ", phi: "φ", chi: "χ", psi: "ψ", omega: "ω",
  };
  const LETTERS = Object.fromEntries(Object.entries(GREEK).map(([name, letter]) => [letter, name]));
  const ALIASES = known({ epsilon: "eps", varepsilon: "eps", lambda: "lam", varphi: "phi" });
  const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹", LOWERED = "₀₁₂₃₄₅₆₇₈₉";

  // What is typed, in one alphabet: Greek letters and LaTeX become names, ² becomes ^2.
  function plain(text) {
    return text
      .replace(/\\(bar|overline|tilde|hat|dot)\s*(\{\s*\\?(\w+)\s*\}|\\?([A-Za-z]+))/g, (_, accent, __, a, b) =>
        ` ${a ?? b}_${accent === "overline" ? "bar" : accent} `)
      .replace(/\\(left|right|,|;|!|:|quad)/g, " ").replace(/\\(cdot|times)/g, "*").replace(/\\[dt]frac/g, "\\frac")
      .replace(/\\(math\w+|text|operatorname)\s*\{(\w+)\}/g, " $2 ")
      .replace(/[α-ωϵ]/g, (letter) => ` ${letter === "ϵ" ? "epsilon" : LETTERS[letter] ?? letter} `)
      .replace(/\s*_\s*\{\s*(\w+)\s*\}/g, "_$1").replace(/([A-Za-z])\s+_/g, "$1_")
      .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (raised) => `^${[...raised].map((c) => DIGITS.indexOf(c)).join("")} `)
      .replace(/[₀₁₂₃₄₅₆₇₈₉]+/g, (low) => `_${[...low].map((c) => LOWERED.indexOf(c)).join("")}`)
      .replace(/½/g, "(1/2)").replace(/¼/g, "(1/4)").replace(/[−–]/g, "-").replace(/[·×⋅∗]/g, "*").replace(/÷/g, "/")
      .replace(/√/g, " sqrt ").replace(/\b(math|torch|np|numpy)\s*\.\s*/g, "").replace(/\*\*/g, "^")
      .replace(/\$/g, "").replace(/[[{]/g, "(").replace(/[\]}]/g, ")");
  }

  function tokens(text) {
    const found = plain(text).match(/\d+\.?\d*(?:[eE][+-]?\d+(?![\w.]))?|\.\d+|\\?[A-Za-z_]\w*'*|\S/g) ?? [];
    if (!found.length) throw new Error("Type a formula.");
    return found.map((token) => token.replace(/^\\/, ""));
  }

  // The input that a typed name means: itself, or the only one that begins with it.
  function meant(name, names) {
    for (const one of [name, ALIASES[name], name.replace(/_/g, "")]) if (names.includes(one)) return one;
    const same = names.filter((n) => n.replace(/_/g, "").toLowerCase() === name.replace(/_/g, "").toLowerCase());
    if (same.length === 1) return same[0];
    const stem = ALIASES[name] ?? name.replace(/_tilde$/, "");
    const longer = names.filter((n) => n.startsWith(`${stem}_`));
    return longer.length === 1 ? longer[0] : null;
  }

  function read(text, names) {
    names ??= []; // for a number
    const queue = tokens(text);
    const next = () => queue[0];
    const take = (wanted) => {
      if (next() !== wanted) throw new Error(`Here “${wanted}” was expected, ${stopped()}.`);
      return queue.shift();
    };
    const stopped = () => (queue.length ? `not “${next()}”` : "but the formula ends");
    const starts = () => queue.length && /^[\w.(]/.test(next());

    function sum() {
      let tree = product();
      while (next() === "+" || next() === "-") tree = { is: queue.shift(), a: tree, b: product() };
      return tree;
    }
    function product() {
      let tree = signed();
      for (;;) {
        if (next() === "*" || next() === "/") tree = { is: queue.shift(), a: tree, b: signed() };
        else if (starts()) tree = { is: "*", a: tree, b: power() };
        else return tree;
      }
    }
    function signed() {
      if (next() === "-") return queue.shift(), { is: "neg", a: signed() };
      if (next() === "+") return queue.shift(), signed();
      return power();
    }
    function power() {
      const base = atom();
      if (next() !== "^") return base;
      queue.shift();
      return { is: "^", a: base, b: signed() };
    }
    function group() {
      take("(");
      const inside = [sum()];
      while (next() === ",") queue.shift(), inside.push(sum());
      take(")");
      return inside;
    }
    function atom() {
      if (next() === "(") {
        const inside = group();
        if (inside.length > 1) throw new Error("A list of numbers is not a formula: one thing at a time.");
        return method(inside[0]);
      }
      if (!starts()) throw new Error(queue.length ? `“${next()}” cannot stand here.` : "The formula is not finished.");
      const token = queue.shift();
      return method(/^[\d.]/.test(token) ? { is: "number", value: Number(token) } : word(token));
    }
    function word(name) {
      const input = meant(name, names);
      if (input) return { is: "name", name: input };
      if (name === "frac") return { is: "/", a: group()[0], b: group()[0] };
      if (FUNCTIONS[name]) return call(name, next() === "(" ? group() : [power()]);
      if (name in CONSTANTS) return { is: "constant", name };
      return split(name);
    }
    function call(name, given) {
      if (given.length !== Math.max(1, FUNCTIONS[name].length)) throw new Error(`${name} was given ${given.length} things.`);
      return { is: "call", name, given };
    }
    // Python's habit: (...).sqrt()
    function method(tree) {
      while (next() === "." && FUNCTIONS[queue[1]]) {
        queue.shift();
        const name = queue.shift();
        const more = queue[1] === ")" ? (take("("), take(")"), []) : group();
        tree = call(name, [tree, ...more]);
      }
      return tree;
    }
    // Letters written together: "as" for a times s, where both are inputs.
    function split(name) {
      for (let k = name.length - 1; k > 0; k--) {
        const left = meant(name.slice(0, k), names);
        if (left && (meant(name.slice(k), names) || name.length - k > 1)) {
          try { return { is: "*", a: { is: "name", name: left }, b: word(name.slice(k)) }; } catch { /* try a shorter one */ }
        }
      }
      throw new Error(names.length ? `“${name}” is not among the inputs: ${names.join(", ")}.` : `“${name}” is not a number.`);
    }

    const tree = sum();
    if (queue.length) throw new Error(`“${next()}” cannot stand here.`);
    return tree;
  }

  // The value of a tree; `inputs` maps names to numbers. What is no real number is NaN.
  function value(tree, inputs = {}) {
    const of = (part) => value(part, inputs);
    switch (tree.is) {
      case "number": return tree.value;
      case "constant": return CONSTANTS[tree.name];
      case "name": return inputs[tree.name];
      case "neg": return -of(tree.a);
      case "+": return of(tree.a) + of(tree.b);
      case "-": return of(tree.a) - of(tree.b);
      case "*": return of(tree.a) * of(tree.b);
      case "/": return of(tree.a) / of(tree.b);
      case "^": return of(tree.a) ** of(tree.b);
      default: return FUNCTIONS[tree.name](...tree.given.map(of));
    }
  }

  // -- MathML ---------------------------------------------------------------------------------------
  const RANK = { "+": 1, "-": 1, neg: 1, "*": 2, "/": 4, "^": 3 };
  const rank = (tree) => RANK[tree.is] ?? 5;
  const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
  const sign = (text) => `<mo>${text}</mo>`;
  const fenced = (tree) => row(sign("("), shown(tree), sign(")"));
  const at = (tree, least) => (rank(tree) < least ? fenced(tree) : shown(tree));

  function named(name) {
    const [stem, ...rest] = name.replace(/^([a-z]+)(\d)$/i, "$1_$2").split("_");
    const letter = stem === "eps" ? "ε" : stem === "lam" ? "λ" : (Object.hasOwn(GREEK, stem) ? GREEK[stem] : stem);
    const accents = { bar: "¯", tilde: "~", hat: "^", dot: "˙" };
    let tree = `<mi>${letter}</mi>`;
    for (const part of rest.filter((p) => accents[p])) tree = `<mover accent="true">${tree}<mo>${accents[part]}</mo></mover>`;
    const low = rest.filter((p) => !accents[p]).join(" ");
    return low ? `<msub>${tree}<mtext>${low}</mtext></msub>` : tree;
  }

  function shown(tree) {
    switch (tree.is) {
      case "number": return `<mn>${tree.value}</mn>`;
      case "constant": return `<mi>${tree.name === "pi" ? "π" : tree.name}</mi>`;
      case "name": return named(tree.name);
      case "neg": return row(sign("−"), at(tree.a, 2));
      case "+": return row(at(tree.a, 1), sign("+"), at(tree.b, 2));
      case "-": return row(at(tree.a, 1), sign("−"), at(tree.b, 2));
      case "*": return row(at(tree.a, 2), sign(tree.b.is === "number" ? "·" : "\u2062"), at(tree.b, 2));
      case "/": return `<mfrac>${row(shown(tree.a))}${row(shown(tree.b))}</mfrac>`;
      case "^": return `<msup>${row(at(tree.a, 5))}${row(shown(tree.b))}</msup>`;
      default: return called(tree);
    }
  }
  function called({ name, given }) {
    if (name === "sqrt") return `<msqrt>${shown(given[0])}</msqrt>`;
    const inside = given.map(shown).join(sign(","));
    return row(`<mi>${name}</mi>`, sign("\u2061"), sign("("), inside, sign(")"));
  }
  const mathml = (tree) => `<math displaystyle="true">${shown(tree)}</math>`;

  return { read, value, mathml };
})();
if (typeof window !== "undefined") window.formula = formula;
