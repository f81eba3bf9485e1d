import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownBlocks } from "../lib/ingest/blocks.ts";
import { piecesOf } from "../lib/ingest/pieces.ts";

/** Documentation that comes with dependencies under MIT and Apache 2.0, read where it lies. */
const FOLDERS = ["node_modules/next/dist/docs", "node_modules/ai/docs"];
const LEAST_WORDS = 6;

export type Page = {
  /** Its address in links of other pages. */
  readonly address: string;
  readonly title: string;
  readonly description: string;
  readonly text: string;
  readonly pieces: readonly { readonly content: string; readonly headings: readonly string[] }[];
};

/** A question whose answer is on one page. `from`: the page whose author said so, which is no answer. */
export type Question = {
  readonly rule: string;
  readonly text: string;
  readonly page: string;
  readonly from: string | null;
};

export function readPages(root: string): Page[] {
  const pages = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.mdx?$/u.test(name))
      .sort()
      .map((name) => readPage(join(root, folder, name), name)),
  );
  return pages.filter(
    ({ pieces, address }, n) => pieces.length > 0 && pages.findIndex((one) => one.address === address) === n,
  );
}

function readPage(file: string, name: string): Page {
  const [, head = "", text = ""] = /^---\n(.*?)\n---\n(.*)$/su.exec(readFileSync(file, "utf8")) ?? [];
  const field = (key: string) => new RegExp(`^${key}: *['"]?(.*?)['"]?$`, "mu").exec(head)?.[1] ?? "";
  const path = name
    .replace(/\.mdx?$/u, "")
    .split("/")
    .map((part) => part.replace(/^\d+-/u, ""))
    .filter((part) => part !== "index");
  const pieces = [...piecesOf(text, markdownBlocks(text), null)];
  return {
    address: ["/docs", ...path].join("/"),
    title: field("title"),
    description: field("description"),
    text,
    pieces,
  };
}

/**
 * Questions that the authors of the pages have judged themselves: what a page is about, in the words of its head, which
 * is not among what is searched; the same with a letter swapped in each longer word; and a sentence of another page
 * that names it by a link.
 */
export function questionsOf(pages: readonly Page[]): Question[] {
  const told = pages.filter(({ description }) => wordsIn(description) >= LEAST_WORDS);
  const about = told.map(({ description, address }) => ({
    rule: "about",
    text: description,
    page: address,
    from: null,
  }));
  const misspelt = about.map((one) => ({ ...one, rule: "misspelt", text: swapped(one.text) }));
  return [...about, ...misspelt, ...linksOf(pages)];
}

function linksOf(pages: readonly Page[]): Question[] {
  const known = new Set(pages.map(({ address }) => address));
  const seen = new Set<string>();
  return pages.flatMap(({ address: from, text }) =>
    text.split(/(?<=[.!?])\s+|\n+/u).flatMap((sentence): Question[] => {
      const links = Array.from(sentence.matchAll(/\]\((\/docs\/[^)#]*)(?:#[^)]*)?\)/gu), ([, address = ""]) => address);
      const [page = ""] = links;
      const plain = sentence
        .replaceAll(/\]\([^)]*\)/gu, "")
        .replaceAll(/[[\]`*_>#|]/gu, " ")
        .trim();
      if (links.length !== 1 || !known.has(page) || page === from || seen.has(page) || wordsIn(plain) < LEAST_WORDS)
        return [];
      seen.add(page);
      return [{ rule: "linked", text: plain, page, from }];
    }),
  );
}

const wordsIn = (text: string): number => text.split(/\s+/u).length;

/** Each word of six letters or more with two of its inner letters swapped. */
const swapped = (text: string): string =>
  text.replaceAll(/\p{L}{6,}/gu, (word) => {
    const at = 1 + (word.length % (word.length - 3));
    return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
  });
