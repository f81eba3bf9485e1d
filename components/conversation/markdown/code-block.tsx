"use client";

import { WrapText } from "lucide";
import { createContext, isValidElement, memo, type ReactNode, useContext, useMemo, useState } from "react";
import { Icon } from "../../ui/icon";
import { CopyCode } from "./copy-code";
import { Diagram } from "./diagram/diagram";
import { highlight } from "./highlight";
import { languageName } from "./languages";

/** Whether more of a block may come, so that code in it need not be whole. */
export const StillOpen = createContext(false);

/** Code in a list or a quotation: its children are the one code element that the fence became. */
export function NestedCode({ children }: { children?: ReactNode }) {
  const isOpen = useContext(StillOpen);
  const { code, language } = contentOf(children);
  return <CodeBlock code={code} language={language} isOpen={isOpen} />;
}

type CodeProps = {
  readonly code: string;
  readonly language: string;
  /** Whether its fence has not closed: it gets its colours, or is drawn, when it does. */
  readonly isOpen: boolean;
};

export function CodeBlock({ code, language, isOpen }: CodeProps) {
  const [wrap, setWrap] = useState(false);
  if (language.toLowerCase() === "mermaid") return <Diagram code={code} isOpen={isOpen} />;
  return (
    <div className="code" dir="ltr" data-wrap={wrap || undefined}>
      <div className="code-head">
        <span className="code-language">{languageName(language)}</span>
        <button type="button" className="code-action" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          <Icon of={WrapText} size={16} />
          Wrap
        </button>
        <CopyCode code={code} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <pre tabIndex={0}>
        <code>{isOpen ? <Growing code={code} /> : <Coloured code={code} language={language} />}</code>
      </pre>
    </div>
  );
}

function Coloured({ code, language }: { code: string; language: string }) {
  const tokens = useMemo(() => highlight(code, language), [code, language]);
  return tokens.map(({ kind, text }, index) =>
    kind ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a token is what stands at its place.
      <span key={index} className={`tok-${kind}`}>
        {text}
      </span>
    ) : (
      text
    ),
  );
}

const PIECE = 4096;

/** Code that grows at its end, in pieces of whole lines: only the last one is made and laid out again. */
function Growing({ code }: { code: string }) {
  const pieces: string[] = [];
  for (let from = 0; from <= code.length; ) {
    const end = code.indexOf("\n", from + PIECE);
    pieces.push(end < 0 ? code.slice(from) : code.slice(from, end));
    from = end < 0 ? code.length + 1 : end + 1;
  }
  // biome-ignore lint/suspicious/noArrayIndexKey: a piece is what stands at its place.
  return pieces.map((piece, index) => <Piece key={index} text={piece} />);
}

const Piece = memo(function Piece({ text }: { text: string }) {
  return <span className="code-piece">{text}</span>;
});

function contentOf(children: ReactNode): { code: string; language: string } {
  const child = Array.isArray(children) ? children.find(isValidElement) : children;
  if (!isValidElement<{ className?: string; children?: ReactNode }>(child))
    return { code: textOf(children), language: "" };
  const language = /language-([^\s{]+)/.exec(child.props.className ?? "")?.[1] ?? "";
  return { code: textOf(child.props.children).replace(/\n$/, ""), language };
}

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}
