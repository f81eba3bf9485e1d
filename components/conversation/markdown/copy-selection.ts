import { cleaned } from "../copy";

const BLOCKS = new Set([
  "P",
  "H3",
  "DIV",
  "BLOCKQUOTE",
  "UL",
  "OL",
  "TABLE",
  "PRE",
  "SECTION",
  "HR",
  "ARTICLE",
  "DETAILS",
]);
/** Between their children stands nothing. */
const HOLDERS = new Set(["DIV", "UL", "OL", "TABLE", "THEAD", "TBODY", "TR", "BLOCKQUOTE"]);
const UNSEEN =
  "button, .code-head, .sr-only, [hidden], [aria-hidden=true], svg, style, script, .small-action, .image-frame .link-host";

/**
 * Has what is copied out of answers carry what is not seen as text: the source of formulas and diagrams, once, and the
 * numbers of lists. Other selections are the browser's.
 */
export function copySources(): void {
  document.addEventListener("copy", (event) => {
    const range = selectedRange();
    if (range === null || event.clipboardData === null || event.defaultPrevented) return;
    const holder = document.createElement("div");
    holder.append(range.cloneContents());
    event.clipboardData.setData("text/plain", textOf(range.commonAncestorContainer, range).trim());
    event.clipboardData.setData("text/html", cleaned(holder).innerHTML);
    event.preventDefault();
  });
}

/**
 * What is selected of answers that hold more than text, with whole formulas; null where the browser's own copy is
 * right.
 */
function selectedRange(): Range | null {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const from = around(range.startContainer);
  const to = around(range.endContainer);
  if (from) range.setStartBefore(from);
  if (to) range.setEndAfter(to);
  const root = elementOf(range.commonAncestorContainer);
  const isProse = root?.closest("[data-prose]") || root?.querySelector("[data-prose]");
  if (!root || !isProse || root.closest("textarea, input")) return null;
  const special = [...root.querySelectorAll("[data-source], li"), ...(root.closest("li, ol") ? [root] : [])];
  return special.some((element) => range.intersectsNode(element)) ? range : null;
}

const elementOf = (node: Node): Element | null => (node instanceof Element ? node : node.parentElement);
const around = (node: Node): Element | null => elementOf(node)?.closest(".tex[data-source]") ?? null;

/** What of a node stands in a range, as text. */
function textOf(node: Node, range: Range): string {
  if (!range.intersectsNode(node)) return "";
  if (node instanceof Text) return sliced(node, range);
  if (!(node instanceof Element)) return childrenOf(node, range);
  if (node.matches(UNSEEN)) return "";
  const source = node.getAttribute("data-source");
  if (source !== null && !isCut(node, range)) return source;
  switch (node.tagName) {
    case "BR":
      return "\n";
    case "INPUT":
      return (node as HTMLInputElement).checked ? "[x]" : "[ ]"; // the boxes of tasks are the only fields of answers
    case "SUP":
      return `[${childrenOf(node, range)}]`;
    case "LI":
      return item(node, childrenOf(node, range));
    case "TR":
      return `${[...node.children].map((cell) => textOf(cell, range).trim()).join("\t")}\n`;
    default:
      return childrenOf(node, range);
  }
}

/** Whether a selection begins or ends in an element: of its source, that is shown, only a part is meant. */
const isCut = (element: Element, { startContainer, endContainer }: Range): boolean =>
  element.contains(startContainer) || element.contains(endContainer);

function sliced(text: Text, { startContainer, startOffset, endContainer, endOffset }: Range): string {
  const from = text === startContainer ? startOffset : 0;
  const words = text.data.slice(from, text === endContainer ? endOffset : undefined);
  return text.parentElement?.closest("pre") ? words : words.replace(/\s+/gu, " ");
}

/** Blocks stand apart by an empty line, items of lists by none. */
function childrenOf(node: Node, range: Range): string {
  let text = "";
  for (const child of node.childNodes) {
    const own = textOf(child, range);
    if (own.trim() === "" && (!(child instanceof Text) || HOLDERS.has(node.nodeName))) continue;
    const isBlock = child instanceof Element && (BLOCKS.has(child.tagName) || child.matches("[data-display]"));
    if (!isBlock) text += child instanceof Element && child.tagName === "LI" ? `${own}\n` : own;
    else if (child.closest("li") && child.tagName !== "PRE") text = `${text.trimEnd()}\n${bare(own)}`;
    else text = `${text.trimEnd()}\n\n${bare(own)}\n\n`;
  }
  return text;
}

const bare = (text: string): string => text.replace(/^\n+|\s+$/gu, "");

function item(element: Element, words: string): string {
  const list = element.parentElement;
  const first = list instanceof HTMLOListElement ? list.start : 0;
  const place = [...(list?.children ?? [])].filter(({ tagName }) => tagName === "LI").indexOf(element);
  const mark = list instanceof HTMLOListElement ? `${first + place}. ` : "- ";
  return mark + words.trim().replace(/\n+(?=\S| )/gu, `\n${" ".repeat(mark.length)}`);
}
