import { Parser } from "htmlparser2";
import { type MarkdownSink, markdownSink } from "./markdown-sink.ts";
import { checkDepth } from "./refusal.ts";

/** What a reader of the page does not see, or is no text. */
const LEFT_OUT = new Set(
  (
    "script style template noscript iframe object embed svg canvas audio video math select textarea button input head " +
    "title dialog"
  ).split(" "),
);
const BLOCKS = new Set(
  (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form " +
    "header html main nav p section summary"
  ).split(" "),
);
const LONGEST_LINK = 500;
const DEEPEST_LIST = 8;

/**
 * The text of a page in Markdown: headings, lists, tables, code and links, and no markup of its own. Scripts, styles,
 * forms and what the page hides are left out, since nobody has read them there. Throws a sentence for a page that is
 * too long.
 */
export function htmlToMarkdown(html: string): string {
  const sink = markdownSink();
  const parser = new Parser(walker(sink), { decodeEntities: true });
  parser.write(html);
  parser.end();
  return sink.done();
}

type Attributes = Readonly<Record<string, string>>;

/** Goes through the elements of a page: what is seen is told to the sink, and code in a `pre` kept as it is. */
function walker(sink: MarkdownSink) {
  const elements = elementsOf(sink);
  let depth = 0;
  /** Everything deeper than this is left out. */
  let hiddenFrom: number | null = null;
  let fence: { readonly depth: number; language: string; text: string } | null = null;
  /** Text that the parser has given in parts: an entity comes by itself. */
  let held = "";

  const release = (): void => {
    if (held !== "") sink.text(held);
    held = "";
  };

  return {
    onend: release,
    onopentag(name: string, attributes: Attributes) {
      release();
      checkDepth(++depth);
      if (hiddenFrom !== null) return;
      if (LEFT_OUT.has(name) || isHidden(attributes)) hiddenFrom = depth;
      else if (fence) fence.language ||= languageOf(attributes);
      else if (name === "pre") fence = { depth, language: "", text: "" };
      else elements.get(name)?.open?.(attributes);
      if (fence && name === "br") fence.text += "\n";
      if (fence && name === "pre") fence.language ||= languageOf(attributes);
    },
    ontext(text: string) {
      if (hiddenFrom !== null) return;
      if (fence) fence.text += text;
      else held += text;
    },
    onclosetag(name: string) {
      release();
      const isIn = hiddenFrom === null;
      if (hiddenFrom === depth) hiddenFrom = null;
      if (fence && fence.depth === depth) {
        sink.fence(fence.language, fence.text);
        fence = null;
      } else if (isIn && !fence) elements.get(name)?.close?.();
      depth--;
    },
  };
}

type Element = { readonly open?: (attributes: Attributes) => void; readonly close?: () => void };

/** What is told to the sink where an element begins and where it ends, by its name. */
function elementsOf(sink: MarkdownSink): ReadonlyMap<string, Element> {
  const block: Element = { open: () => sink.block(), close: () => sink.block() };
  const heading = (level: number): Element => ({
    open: () => sink.block(`${"#".repeat(level)} `),
    close: () => sink.block(""),
  });
  const lists = listsOf(sink);
  const cell: Element = { open: () => sink.openCell() };
  return new Map<string, Element>([
    ...[...BLOCKS].map((name) => [name, block] as const),
    ...[1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, heading(level)] as const),
    ["br", { open: () => sink.line() }],
    ["hr", { open: () => sink.block() }],
    ["ul", { open: () => lists.open(false), close: lists.close }],
    ["ol", { open: () => lists.open(true), close: lists.close }],
    ["li", { open: lists.openItem, close: () => sink.line("") }],
    ["table", { open: () => sink.openTable(), close: () => sink.closeTable() }],
    ["tr", { close: () => sink.closeRow() }],
    ["td", cell],
    ["th", cell],
    ["code", { open: () => sink.code("`"), close: () => sink.code("`") }],
    ["img", { open: ({ alt = "" }) => sink.text(alt) }],
    ["a", linksOf(sink)],
  ]);
}

function listsOf(sink: MarkdownSink) {
  const lists: { readonly isOrdered: boolean; count: number }[] = [];
  return {
    open(isOrdered: boolean): void {
      if (lists.length === 0) sink.block();
      lists.push({ isOrdered, count: 0 });
    },
    openItem(): void {
      const list = lists.at(-1);
      const indent = "  ".repeat(Math.min(DEEPEST_LIST, Math.max(0, lists.length - 1)));
      if (list) list.count++;
      sink.line(`${indent}${list?.isOrdered ? `${list.count}.` : "-"} `);
    },
    close(): void {
      lists.pop();
      if (lists.length === 0) sink.block();
    },
  };
}

function linksOf(sink: MarkdownSink): Element {
  /** The targets of the links that are open; null: the link is not kept. */
  const targets: (string | null)[] = [];
  return {
    open({ href = "" }) {
      const target = href.trim();
      const isKept = /^(?:https?|mailto):[^\s()<>]+$/iu.test(target) && target.length <= LONGEST_LINK;
      targets.push(isKept ? target : null);
      if (isKept) sink.text("[");
    },
    close() {
      const target = targets.pop();
      if (target) sink.code(`](${target})`);
    },
  };
}

const languageOf = ({ class: names = "" }: Attributes): string =>
  /(?:^|\s)(?:language|lang)-([\w+#-]{1,20})/u.exec(names)?.[1] ?? "";

function isHidden(attributes: Attributes): boolean {
  if ("hidden" in attributes || attributes["aria-hidden"]?.toLowerCase() === "true") return true;
  const style = attributes.style ?? "";
  return /(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9]))/iu.test(
    style,
  );
}
