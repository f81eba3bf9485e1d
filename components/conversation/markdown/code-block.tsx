"use client";

import { Copy, WrapText } from "lucide-react";
import { isValidElement, type ReactNode, useMemo, useState } from "react";
import { useIsCodeFenceIncomplete } from "streamdown";
import { copyText } from "../copy";
import { highlight } from "./highlight";

const names: ReadonlyMap<string, string> = new Map([
  ["js", "JavaScript"],
  ["javascript", "JavaScript"],
  ["ts", "TypeScript"],
  ["typescript", "TypeScript"],
  ["tsx", "TSX"],
  ["jsx", "JSX"],
  ["py", "Python"],
  ["python", "Python"],
  ["sh", "Shell"],
  ["bash", "Shell"],
  ["shell", "Shell"],
  ["zsh", "Shell"],
  ["sql", "SQL"],
  ["json", "JSON"],
  ["yaml", "YAML"],
  ["yml", "YAML"],
  ["html", "HTML"],
  ["css", "CSS"],
  ["xml", "XML"],
  ["rs", "Rust"],
  ["rust", "Rust"],
  ["go", "Go"],
  ["java", "Java"],
  ["cpp", "C++"],
  ["c", "C"],
  ["cs", "C#"],
  ["rb", "Ruby"],
  ["ruby", "Ruby"],
  ["php", "PHP"],
  ["md", "Markdown"],
  ["toml", "TOML"],
  ["diff", "Diff"],
]);

/** A fenced block: its children are the one code element that the fence became. */
export function CodeBlock({ children }: { children?: ReactNode }) {
  const { code, language } = contentOf(children);
  const isOpen = useIsCodeFenceIncomplete();
  const [wrap, setWrap] = useState(false);
  const tokens = useMemo(
    () => (isOpen ? [{ kind: null, text: code }] : highlight(code, language)),
    [isOpen, code, language],
  );
  let position = 0;
  return (
    <div className="code" dir="ltr" data-wrap={wrap || undefined}>
      <div className="code-head">
        <span className="code-language">{names.get(language.toLowerCase()) ?? (language || "Text")}</span>
        <button type="button" className="code-action" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          <WrapText size={16} strokeWidth={1.6} aria-hidden="true" />
          Wrap
        </button>
        <button type="button" className="code-action" onClick={() => copyText(code)}>
          <Copy size={16} strokeWidth={1.6} aria-hidden="true" />
          Copy
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <pre tabIndex={0}>
        <code>
          {tokens.map(({ kind, text }) => {
            const key = position;
            position += text.length;
            return kind ? (
              <span key={key} className={`tok-${kind}`}>
                {text}
              </span>
            ) : (
              text
            );
          })}
        </code>
      </pre>
    </div>
  );
}

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
