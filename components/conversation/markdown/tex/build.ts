/** A piece of a formula as the worker gives it. */
export type Plain = {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly style: Readonly<Record<string, string>>;
  readonly children: readonly (Plain | string)[];
};

const SVG = new Set(["svg", "path", "line", "g"]);
const HTML = new Set(["span"]);
const MATH = new Set(
  "math semantics annotation mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom menclose msub msup msubsup munder mover munderover mtable mtr mtd mlabeledtr".split(
    " ",
  ),
);
const ATTRIBUTES =
  /^(?:class|aria-hidden|encoding|display|width|height|viewBox|preserveAspectRatio|d|x1|x2|y1|y2|stroke-width|math[a-z]+|stretchy|fence|separator|lspace|rspace|minsize|maxsize|accent|accentunder|linethickness|columnalign|rowspacing|columnspacing|columnlines|rowlines|scriptlevel|displaystyle|notation|voffset|depth|movablelimits|symmetric|largeop|form|side|xmlns)$/u;
/** Lengths, colours and words; nothing that names an address or calls a function. */
const STYLE = /^[\w#%. -]{1,60}$/u;

const namespaceOf = (tag: string): string | null => {
  if (HTML.has(tag)) return "http://www.w3.org/1999/xhtml";
  if (MATH.has(tag)) return "http://www.w3.org/1998/Math/MathML";
  return SVG.has(tag) ? "http://www.w3.org/2000/svg" : null;
};

/**
 * The elements of a formula. Styles are set by the style sheet's interface, which the page's policy does not forbid;
 * what is not known to belong to formulas is left out.
 */
export function buildFormula(plain: Plain | string): Node {
  if (typeof plain === "string") return document.createTextNode(plain);
  const space = namespaceOf(plain.tag);
  if (space === null) {
    const rest = document.createDocumentFragment();
    rest.append(...plain.children.map(buildFormula));
    return rest;
  }
  const element = document.createElementNS(space, plain.tag) as HTMLElement | SVGElement | MathMLElement; // by its namespace
  for (const [name, value] of Object.entries(plain.attributes))
    if (ATTRIBUTES.test(name) && name !== "xmlns") element.setAttribute(name, value);
  for (const [name, value] of Object.entries(plain.style))
    if (STYLE.test(value)) element.style.setProperty(hyphened(name), value);
  element.append(...plain.children.map(buildFormula));
  return element;
}

const hyphened = (name: string): string => name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
