import type { Element, ElementContent, Root } from "hast";
import type { FootnoteDefinition, Html, Nodes } from "mdast";
import { fromMarkdown, type Options } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { type Handlers, toHast } from "mdast-util-to-hast";
import { nameTasks } from "../task-list";
import { linkAddresses } from "./addresses";
import { WORDS } from "./cjk";
import { joinFormulas } from "./join-formulas";
import { MATH, MATH_NODES } from "./math";

const OPTIONS: Options = {
  extensions: [WORDS, MATH],
  // What finds addresses is our own.
  mdastExtensions: [...gfmFromMarkdown().filter((one) => !("transforms" in one)), MATH_NODES],
};

/**
 * What a block of Markdown becomes; tags of HTML stay text.
 *
 * `known`: lines that stand before it and are not shown, from `Notes.before`. `id`: begins the names of notes.
 */
export function readWords(text: string, known: string, id: string): Root {
  const tree = fromMarkdown(known + joinFormulas(text), OPTIONS);
  linkAddresses(tree);
  const root = toHast(tree, { handlers: handlersFor(known.length, numbersOf(tree, known.length), id) });
  nameTasks(root);
  return root.type === "root" ? root : { type: "root", children: [root as ElementContent] }; // what a root becomes is a root
}

const isBefore = (node: Nodes, length: number): boolean => (node.position?.end.offset ?? length + 1) <= length;

/** The numbers of notes: each stands as the text of a note before the block. */
function numbersOf(tree: Nodes, length: number): ReadonlyMap<string, string> {
  const nodes: readonly Nodes[] = "children" in tree ? tree.children : [];
  return new Map(
    nodes.flatMap((node) =>
      node.type === "footnoteDefinition" && isBefore(node, length) ? [[node.identifier, wordsIn(node)]] : [],
    ),
  );
}

const wordsIn = (node: Nodes): string =>
  "value" in node ? node.value : "children" in node ? node.children.map(wordsIn).join("") : "";

function handlersFor(length: number, numbers: ReadonlyMap<string, string>, id: string): Handlers {
  const anchor = (identifier: string) => `${id}-${numbers.get(identifier) ?? identifier.replace(/\W/gu, "_")}`;
  const shown = (identifier: string) => numbers.get(identifier) ?? identifier;
  return {
    html(_state, node: Html, parent): ElementContent | undefined {
      if (isBefore(node, length)) return;
      const text: ElementContent = { type: "text", value: node.value };
      const isWord = parent?.type === "paragraph" || !isFlow(parent);
      return isWord ? text : element("p", { className: ["prose-plain"] }, [text]);
    },
    footnoteReference(_state, { identifier }: { readonly identifier: string }): ElementContent {
      const link = element("a", { href: `#${anchor(identifier)}` }, [{ type: "text", value: shown(identifier) }]);
      return element("sup", {}, [link]);
    },
    footnoteDefinition(state, node: FootnoteDefinition): ElementContent | undefined {
      if (isBefore(node, length)) return;
      const number = element("sup", {}, [{ type: "text", value: shown(node.identifier) }]);
      const [first, ...others] = state.all(node);
      const words = first?.type === "element" && first.tagName === "p" ? first.children : first ? [first] : [];
      const begins = element("p", {}, [number, { type: "text", value: " " }, ...words]);
      return element("div", { className: ["footnote"], id: anchor(node.identifier) }, [begins, ...others]);
    },
  };
}

const isFlow = (parent: Nodes | undefined): boolean =>
  parent !== undefined && ["root", "blockquote", "listItem", "footnoteDefinition"].includes(parent.type);

const element = (tagName: string, properties: Element["properties"], children: ElementContent[]): Element => ({
  type: "element",
  tagName,
  properties,
  children,
});
