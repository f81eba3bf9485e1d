import { cutWords } from "../domain/text.ts";

const MAX_LENGTH = 80;
/** Where a title stands, if there is one. Some of the patterns below take time by the square of what they read. */
const READ_CHARACTERS = 2000;

/** What reasoning models wrap around their thoughts: tags, GPT-OSS's channels, Kimi's marks. */
const REASONING =
  /<(think(?:ing)?|thought|reasoning|analysis)\b[^<>]{0,200}>[\s\S]*?(?:<\/\1>|$)|◁think▷[\s\S]*?(?:◁\/think▷|$)/giu;
/** The end of thoughts whose beginning the provider's chat template has swallowed. */
const THOUGHTS_END =
  /^[\s\S]*(?:<\/(?:think(?:ing)?|thought|reasoning|analysis)>|◁\/think▷|<\|channel\|>final<\|message\|>)/iu;
const MARKS = /<\|[^|<>]{1,40}\|>|<\/?(?:title|answer|output|s|b|i|em|strong|h[1-6]|p|br)\s*\/?>/giu;
const LABEL =
  /^(?:(?:suggested|proposed|possible|short|concise|final|chat|conversation|session|generated) )*(?:title|titel|titre|título|titulo|titolo|tytuł|заголовок|название|عنوان|العنوان|כותרת|标题|標題|タイトル|제목|शीर्षक)(?: suggestion)?\s*[:：\-–—]\s*/iu;
const PREAMBLE =
  /^(?:(?:sure|certainly|of course|okay|ok|absolutely|alright)(?: thing)?(?:[!.:]|,(?= here))|here(?:'s|’s| is| are)\b[^:：]*\btitles?\b[^:：]*[:：]|(?:a|the|one) (?:good |possible |suitable |concise |short )*title (?:for|would|could|might|is)\b[^:：]*[:：])\s*/iu;
const EMPTY =
  /^(?:(?:untitled|new|no)(?: (?:chat|conversation|session|title|document|discussion))?|chat|conversation|session|title|none|null|undefined|n\/a)?$/iu;
const QUOTES: readonly (readonly [open: string, close: string])[] = [
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["“", "”"],
  ["„", "“"],
  ["„", "”"],
  ["”", "”"],
  ["‘", "’"],
  ["‚", "‘"],
  ["‚", "’"],
  ["«", "»"],
  ["»", "«"],
  ["‹", "›"],
  ["「", "」"],
  ["『", "』"],
  ["《", "》"],
  ["〈", "〉"],
  ["【", "】"],
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["**", "**"],
  ["__", "__"],
  ["*", "*"],
  ["_", "_"],
  ["~~", "~~"],
];

/** An answer without the thoughts that some models put before it. */
export const withoutReasoning = (answer: string): string => answer.replace(REASONING, "\n").replace(THOUGHTS_END, "");

/**
 * A model's answer as a title of at most 80 characters in one line, or null when nothing usable is left.
 *
 * What models wrap around a title is taken off: reasoning, JSON, labels, quotes, Markdown, line breaks, a final stop.
 * Signs inside the title stay as they are.
 */
export function cleanTitle(answer: string): string | null {
  const said = withoutReasoning(answer).slice(0, READ_CHARACTERS).replace(MARKS, "\n");
  const json = jsonTitle(said);
  const fence = /^\s*(?:```|~~~)[\w-]*\s*$|```/gmu;
  const lines = json === null ? said.replace(fence, "\n").split(/\r\n?|[\n\u2028\u2029]/u) : [json];
  const title = lines
    .map(bare)
    .find((line) => !EMPTY.test(line) && /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(line));
  return title === undefined ? null : cutWords(title, MAX_LENGTH, "…");
}

/** The title in a JSON object or list of texts, whole or cut off, or null. */
function jsonTitle(said: string): string | null {
  const text =
    /"(?:title|name|chat_title|session_title|heading|topic)"\s*:\s*("(?:[^"\\]|\\.)*")/iu.exec(said)?.[1] ??
    /^\s*\[\s*("(?:[^"\\]|\\.)*")\s*[\],]/u.exec(said)?.[1];
  if (text === undefined) return null;
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

/** A line without what surrounds a title, however deep. */
function bare(line: string): string {
  let text = line.trim();
  for (let before = ""; before !== text; ) {
    before = text;
    text = text
      .replace(/^(?:#{1,6}|[-*+•>]|\d{1,2}[.)])\s+/u, "")
      .replace(/\s+#{1,6}$/u, "")
      .replace(PREAMBLE, "")
      .replace(LABEL, "")
      // A label in bold: "**Title:** …" and "**Title**: …".
      .replace(/^(\*\*|__|\*|_)([^*_]{1,30}?)(?:[:：]\1|\1[:：])\s*/u, (whole, _, label: string) =>
        LABEL.test(`${label}:`) ? "" : whole,
      )
      .replace(/(?<![.。])[.。]$/u, "")
      .replace(/,$/u, "")
      .trim();
    text = unwrapped(text);
  }
  return text;
}

/** A text without the pair of signs around the whole of it. */
function unwrapped(text: string): string {
  for (const [open, close] of QUOTES) {
    if (text.length <= open.length + close.length || !text.startsWith(open) || !text.endsWith(close)) continue;
    const inner = text.slice(open.length, -close.length);
    if (!inner.includes(open) && !inner.includes(close)) return inner.trim();
  }
  // A pair of which one sign was cut off.
  const [lone = ""] = /^["“«„]|["”»]$/u.exec(text) ?? [];
  const isLone = lone !== "" && (text.match(/["“”«»„]/gu) ?? []).length === 1;
  return isLone ? text.replace(lone, "").trim() : text;
}
