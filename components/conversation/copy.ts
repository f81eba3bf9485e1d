import { notify } from "../ui/notify";

export async function copyText(text: string, said = "Copied"): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    void notify({ text: said });
  } catch {
    void notify({ text: "The browser did not allow copying." });
  }
}

/** Markdown for plain places and set text for the others, in one copy. */
export async function copyAnswer(markdown: string, html: string): Promise<void> {
  try {
    await navigator.clipboard.write([
      new ClipboardItem({
        "text/plain": new Blob([markdown], { type: "text/plain" }),
        "text/html": new Blob([html], { type: "text/html" }),
      }),
    ]);
    void notify({ text: "Copied" });
  } catch {
    await copyText(markdown);
  }
}

const styles: ReadonlyMap<string, string> = new Map(
  Object.entries({
    pre: "font-family:monospace;background:#f2f5f4;padding:8px 12px;white-space:pre-wrap",
    code: "font-family:monospace",
    table: "border-collapse:collapse",
    th: "border-bottom:1px solid #888;padding:4px 12px 4px 0;text-align:start",
    td: "border-bottom:1px solid #ddd;padding:4px 12px 4px 0;text-align:start",
    blockquote: "border-inline-start:1px solid #888;margin-inline-start:0;padding-inline-start:14px",
  }),
);

const kept = new Set(["href", "dir", "start", "colspan", "rowspan"]);
const MATHML = "http://www.w3.org/1998/Math/MathML";

/** What stands in an answer as HTML that carries its own style: no controls, no classes, no scripts. */
export function richHtml(parts: readonly Element[]): string {
  return parts.map((part) => cleaned(part.cloneNode(true) as Element).innerHTML).join(""); // a copy of an element is one
}

/** Makes an element that nobody else has ready to be pasted elsewhere; gives it back. */
export function cleaned(copy: Element): Element {
  for (const formula of copy.querySelectorAll(".tex")) formula.replaceWith(mathOf(formula));
  for (const diagram of copy.querySelectorAll(".diagram")) {
    const source = document.createElement("pre");
    source.textContent = diagram.querySelector("pre")?.textContent ?? "";
    diagram.replaceWith(source);
  }
  for (const box of copy.querySelectorAll("input[type=checkbox]")) box.replaceWith(isTicked(box) ? "☑ " : "☐ ");
  for (const control of copy.querySelectorAll("button, .code-head, svg, .sr-only, [hidden]")) control.remove();
  for (const node of copy.querySelectorAll("*")) {
    if (node.namespaceURI === MATHML) continue;
    for (const { name } of [...node.attributes]) if (!kept.has(name)) node.removeAttribute(name);
    const style = styles.get(node.localName);
    // By the style sheet's interface: the page's policy takes no style out of text.
    if (style && node instanceof HTMLElement) node.style.cssText = style;
  }
  for (const wrapper of [...copy.querySelectorAll("div, span")]) wrapper.replaceWith(...wrapper.childNodes);
  return copy;
}

const isTicked = (box: Element): boolean => box.hasAttribute("checked") || (box as HTMLInputElement).checked; // chosen as a checkbox

/** A formula as office programs take it: MathML, or the source where it is not set. */
function mathOf(formula: Element): Element {
  const math = formula.querySelector("math");
  if (math) return math;
  const source = document.createElement("code");
  source.textContent = formula.getAttribute("data-source") ?? formula.textContent;
  return source;
}
