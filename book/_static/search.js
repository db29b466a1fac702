// The search page: sections in order of relevance, each with an excerpt. search-index.js holds the text.
{
  const GREEK = "α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho σ sigma τ tau φ phi χ chi ψ psi ω omega".split(" ");
  const NAMES = new Map(GREEK.map((word, i) => [word, GREEK[i + 1]]).filter((_, i) => i % 2 === 0));
  const ENDING = /(?:ations?|ings?|ers?|ors?|ed|es|s|e)$/;
  const SHOWN = 30;

  // The words of a text: in small letters, without accents, Greek letters by name.
  const words = (text) =>
    [...text.matchAll(/[\p{L}\p{Nd}]+/gu)].map((match) => {
      const word = match[0].toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
      return { word: NAMES.get(word) ?? word, start: match.index, end: match.index + match[0].length };
    });

  const stem = (word) => (word.length > 4 ? word.replace(ENDING, "") : word);

  // 2 where a word is what was asked for, 1 where it has the same stem.
  const fits = (asked, word) => (word === asked ? 2 : word.startsWith(stem(asked)) ? 1 : 0);

  const index = window.bookSections.map(([page, title, anchor, heading, bold, text, code]) => ({
    href: page + (anchor && `#${anchor}`),
    title,
    heading,
    text,
    code,
    fields: [
      [words(heading), 8],
      [words(bold), 5],
      [words(title), anchor ? 2 : 0],
      [words(text), 1],
      [words(code), 0.3],
    ],
  }));

  // How well a section answers one word: the field it stands in, and how often, with less for more.
  const answer = (section, asked) =>
    section.fields.reduce((sum, [field, weight]) => {
      const total = field.reduce((count, { word }) => count + fits(asked, word), 0);
      return sum + weight * Math.log2(1 + total);
    }, 0);

  const search = (question) => {
    const asked = words(question).map(({ word }) => word);
    if (!asked.length) return [];
    let found = index.map((section) => ({ section, score: 0, missing: false }));
    for (const word of asked) {
      const answers = index.map((section) => answer(section, word));
      const having = answers.filter(Boolean).length;
      const rarity = Math.log2(1 + index.length / Math.max(having, 1));
      found.forEach((hit, i) => {
        hit.score += answers[i] * rarity;
        hit.missing ||= !answers[i];
      });
    }
    found = found.filter((hit) => !hit.missing);
    return found.sort((a, b) => b.score - a.score).map((hit) => hit.section);
  };

  // The stretch of text around the place with most of the asked words, these marked.
  const excerpt = (section, asked) => {
    const [prose, code] = section.fields.slice(-2).map(([field]) => field);
    const hit = ({ word }) => asked.some((one) => fits(one, word));
    const inCode = !prose.some(hit) && code.some(hit);
    const [all, text] = inCode ? [code, section.code] : [prose, section.text];
    const hits = all.map(hit);
    let best = 0;
    let most = -1;
    for (let i = 0; i < all.length; i += 6) {
      const here = new Set(all.slice(i, i + 30).filter((_, j) => hits[i + j]).map(({ word }) => stem(word)));
      if (here.size > most) [best, most] = [i, here.size];
    }
    const part = document.createElement("p");
    const stretch = all.slice(best, best + 36);
    if (!stretch.length) return part;
    let place = stretch[0].start;
    part.append(best ? "… " : "");
    stretch.forEach(({ start, end }, j) => {
      if (!hits[best + j]) return;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, end);
      part.append(text.slice(place, start), mark);
      place = end;
    });
    part.append(text.slice(place, stretch.at(-1).end), best + 36 < all.length ? " …" : "");
    return part;
  };

  const entry = (section, asked) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = section.href;
    link.textContent = section.heading;
    const page = document.createElement("span");
    page.className = "search-page";
    page.textContent = section.heading === section.title ? "" : section.title;
    item.append(link, page, excerpt(section, asked));
    return item;
  };

  const results = document.getElementById("search-results");
  const field = document.querySelector(".bd-search-container input");

  const show = (question) => {
    const asked = words(question).map(({ word }) => word);
    const found = search(question);
    const many = found.length > SHOWN ? `the ${SHOWN} best of ${found.length} sections` : `${found.length} section${found.length === 1 ? "" : "s"}`;
    const count = document.createElement("p");
    count.role = "status";
    count.textContent = asked.length ? `${many[0].toUpperCase()}${many.slice(1)} with “${question.trim()}”` : "";
    const list = document.createElement("ol");
    list.append(...found.slice(0, SHOWN).map((section) => entry(section, asked)));
    results.replaceChildren(count, list);
  };

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("input", () => show(field.value));
  show(field.value);
}
