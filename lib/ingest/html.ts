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
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form header html " +
    "main nav p section summary"
  ).split(" "),
);
const LONGEST_LINK = 500;
const DEEPEST_LIST = 8;

type List = { readonly isOrdered: boolean; count: number };

/**
 * The text of a page in Markdown: headings, lists, tables, code and links, and no markup of its own. Scripts, styles, forms
 * and what the page hides are left out, since nobody has read them there. Throws a sentence for a page that is too long.
 */
export function htmlToMarkdown(html: string): string {
  const sink = markdownSink();
  const walk = walker(sink);
  const parser = new Parser(walk, { decodeEntities: true });
  parser.write(html);
  parser.end();
  return sink.done();
}

type Attributes = Readonly<Record<string, string>>;

function walker(sink: MarkdownSink) {
  const lists: List[] = [];
  const links: (string | null)[] = [];
  let depth = 0;
  /** Everything deeper than this is left out. */
  let hiddenFrom: number | null = null;
  let fence: { readonly depth: number; language: string; text: string } | null = null;
  /** Text that the parser has given in parts: an entity comes by itself. */
  let held = "";

  const open = (name: string, attributes: Attributes): void => {
    const heading = /^h([1-6])$/u.exec(name)?.[1];
    if (heading !== undefined) sink.block(`${"#".repeat(Number(heading))} `);
    else if (BLOCKS.has(name)) sink.block();
    else if (name === "br") sink.line();
    else if (name === "hr") sink.block();
    else if (name === "ul" || name === "ol") openList(name === "ol");
    else if (name === "li") openItem();
    else if (name === "table") sink.openTable();
    else if (name === "td" || name === "th") sink.openCell();
    else if (name === "caption") sink.block();
    else if (name === "pre") fence = { depth, language: "", text: "" };
    else if (name === "code") sink.code("`");
    else if (name === "img") sink.text(attributes.alt ?? "");
    else if (name === "a") openLink(attributes.href ?? "");
  };
  const release = (): void => {
    if (held !== "") sink.text(held);
    held = "";
  };
  const openList = (isOrdered: boolean): void => {
    if (lists.length === 0) sink.block();
    lists.push({ isOrdered, count: 0 });
  };
  const openItem = (): void => {
    const list = lists.at(-1);
    const indent = "  ".repeat(Math.min(DEEPEST_LIST, Math.max(0, lists.length - 1)));
    if (list) list.count++;
    sink.line(`${indent}${list?.isOrdered ? `${list.count}.` : "-"} `);
  };
  const openLink = (href: string): void => {
    const target = href.trim();
    const isKept = /^(?:https?|mailto):[^\s()<>]+$/iu.test(target) && target.length <= LONGEST_LINK;
    links.push(isKept ? target : null);
    if (isKept) sink.text("[");
  };
  const close = (name: string): void => {
    if (/^h[1-6]$/u.test(name)) sink.block("");
    else if (BLOCKS.has(name) || name === "caption") sink.block();
    else if (name === "li") sink.line("");
    else if (name === "ul" || name === "ol") {
      lists.pop();
      if (lists.length === 0) sink.block();
    } else if (name === "tr") sink.closeRow();
    else if (name === "table") sink.closeTable();
    else if (name === "code") sink.code("`");
    else if (name === "a") {
      const target = links.pop();
      if (target) sink.code(`](${target})`);
    }
  };

  return {
    onend: release,
    onopentag(name: string, attributes: Attributes) {
      release();
      checkDepth(++depth);
      if (hiddenFrom !== null) return;
      if (LEFT_OUT.has(name) || isHidden(attributes)) hiddenFrom = depth;
      else if (fence) fence.language ||= languageOf(attributes);
      else open(name, attributes);
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
      } else if (isIn && !fence) close(name);
      depth--;
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
