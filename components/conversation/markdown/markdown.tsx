"use client";

import type { Root } from "hast";
import { type Components, toJsxRuntime } from "hast-util-to-jsx-runtime";
import { type ComponentProps, memo, type ReactNode, useId, useMemo, useState } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
import remend from "remend";
import { Cited } from "../../knowledge/cited";
import { blockReader } from "./blocks";
import { CodeBlock, NestedCode, StillOpen } from "./code-block";
import { copySources } from "./copy-selection";
import { type ExtraProps, SafeImage, SafeLink } from "./elements";
import { type Hast, plain } from "./hast";
import type { Block } from "./lines";
import { noteReader } from "./notes";
import { readWords } from "./syntax/read";
import { isTooMuch } from "./syntax/too-much";
import { Table } from "./table";
import { Formula } from "./tex/formula";

type Props = ComponentProps<"p"> & ExtraProps;

/** An element as Markdown means it, in the direction of its own words. */
function Words({ node, children, ...props }: Props) {
  // Every name in the table below takes the props that Markdown can give.
  const Tag = (node?.tagName ?? "p") as "p";
  return (
    <Tag dir="auto" {...props}>
      <Cited>{children}</Cited>
    </Tag>
  );
}

/** Cells are aligned by the style sheet: the page's policy takes no style out of its text. */
function Cell({ node, align, children, ...props }: ComponentProps<"td"> & ExtraProps) {
  const Tag = (node?.tagName ?? "td") as "td"; // a cell of either kind
  return (
    <Tag dir="auto" data-align={align} {...props}>
      <Cited>{children}</Cited>
    </Tag>
  );
}

/** Headings of an answer stand under its question, all on one level, and keep their size. */
function Heading({ node, ...props }: Props) {
  return <h3 dir="auto" data-size={node?.tagName.slice(1)} {...props} />;
}

function Emphasis({ node, ...props }: ComponentProps<"em"> & ExtraProps) {
  return <em data-upright={(node && /\p{Script=Arabic}/u.test(plain(node as Hast))) || undefined} {...props} />;
}

function Tex({ fence = "$", children }: { fence?: string; children?: ReactNode }) {
  return <Formula source={String(children)} fence={fence} />;
}

const components = {
  ...Object.fromEntries(["p", "li", "blockquote"].map((name) => [name, Words])),
  ...Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((name) => [name, Heading])),
  em: Emphasis,
  td: Cell,
  th: Cell,
  table: Table,
  a: SafeLink,
  img: SafeImage,
  pre: NestedCode,
  tex: Tex,
} as unknown as Components; // "tex" is an element of our own

const show = (root: Root): ReactNode =>
  toJsxRuntime(root, { Fragment, jsx, jsxs, components, passNode: true, tableCellAlignToStyle: false });

type BlockProps = { readonly block: Block; readonly known: string; readonly id: string; readonly isLast: boolean };

const Shown = memo(
  function Shown({ block, known, id, isLast }: BlockProps) {
    if (block.kind === "code") return <CodeBlock code={block.text} language={block.language} isOpen={block.isOpen} />;
    if (block.kind === "plain") return <p className="prose-plain">{block.text}</p>;
    if (block.kind === "math") {
      return (
        <div className="tex-block">
          <Formula source={block.text} fence={block.fence} isOpen={block.isOpen} />
        </div>
      );
    }
    return <Read text={isLast ? remend(block.text, UNFINISHED) : block.text} known={known} id={id} isLast={isLast} />;
  },
  (a, b) => a.block === b.block && a.known === b.known && a.isLast === b.isLast,
);

/** What is completed at the end of a text that still comes; formulas are not guessed at. */
const UNFINISHED = { katex: false, inlineKatex: false, singleTilde: false } as const;

function Read({ text, known, id, isLast }: { text: string; known: string; id: string; isLast: boolean }) {
  const shown = useMemo(() => (isTooMuch(text) ? null : show(readWords(text, known, id))), [text, known, id]);
  if (shown === null) return <p className="prose-plain">{text}</p>;
  return <StillOpen value={isLast}>{shown}</StillOpen>;
}

type GroupProps = {
  readonly blocks: readonly Block[];
  readonly known: readonly string[];
  readonly id: string;
  readonly hasLast: boolean;
};

const Group = memo(
  function Group({ blocks, known, id, hasLast }: GroupProps) {
    return (
      <div className="prose-group">
        {blocks.map((block, n) => (
          <Shown
            // biome-ignore lint/suspicious/noArrayIndexKey: a block is what stands at its place.
            key={n}
            block={block}
            known={known[n] ?? ""}
            id={id}
            isLast={hasLast && n === blocks.length - 1}
          />
        ))}
      </div>
    );
  },
  (a, b) =>
    a.blocks === b.blocks && a.hasLast === b.hasLast && (a.known === b.known || a.known.join("") === b.known.join("")),
);

const NOTHING: readonly string[] = [];

if (typeof document !== "undefined") copySources();

export default function Markdown({ text, isStreaming }: { text: string; isStreaming: boolean }) {
  const [reader] = useState(blockReader);
  const [notes] = useState(noteReader);
  const id = useId().replace(/\W/gu, "");
  const groups = reader(text, !isStreaming);
  const known = notes(groups, !isStreaming);
  return (
    <div>
      {groups.map((blocks, n) => (
        <Group
          // biome-ignore lint/suspicious/noArrayIndexKey: a group is what stands at its place.
          key={n}
          blocks={blocks}
          known={known[n] ?? NOTHING}
          id={id}
          hasLast={isStreaming && n === groups.length - 1}
        />
      ))}
    </div>
  );
}
