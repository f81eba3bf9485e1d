"use client";

import type { ComponentProps } from "react";
import { type Components, type ExtraProps, Streamdown } from "streamdown";
import { CodeBlock } from "./code-block";
import { SafeImage, SafeLink, Table } from "./elements";
import { nameTasks } from "./task-list";

type Props = ComponentProps<"p"> & ExtraProps;

/** An element as Markdown means it, in the direction of its own words. */
function Block({ node, style, ...props }: Props) {
  // Every name in the table below takes the props that Markdown can give.
  const Tag = (node?.tagName ?? "p") as "p";
  // Cells are aligned by the style sheet: the page's policy takes no style out of its text.
  return <Tag dir="auto" data-align={style?.textAlign} {...props} />;
}

function Plain({ node, ...props }: Props) {
  const Tag = (node?.tagName ?? "span") as "p";
  return <Tag {...props} />;
}

/** Headings of an answer stand under its question, all on one level, and keep their size. */
function Heading({ node, ...props }: Props) {
  return <h3 dir="auto" data-size={node?.tagName.slice(1)} {...props} />;
}

const components = {
  ...Object.fromEntries(["p", "li", "blockquote", "td", "th"].map((name) => [name, Block])),
  ...Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((name) => [name, Heading])),
  ...Object.fromEntries(
    ["ul", "ol", "thead", "tbody", "tr", "strong", "hr", "sup", "sub", "section", "code"].map((name) => [name, Plain]),
  ),
  table: Table,
  a: SafeLink,
  img: SafeImage,
  pre: CodeBlock,
} as unknown as Components;

// Without the plugin that parses HTML, tags stay what they are: text.
const plugins = [nameTasks];

export default function Markdown({ text, isStreaming }: { text: string; isStreaming: boolean }) {
  return (
    <Streamdown
      components={components}
      rehypePlugins={plugins}
      parseIncompleteMarkdown={isStreaming}
      isAnimating={isStreaming}
      controls={false}
    >
      {text}
    </Streamdown>
  );
}
