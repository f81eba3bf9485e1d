"use client";

import type { Element } from "hast";
import { type ComponentProps, createContext, isValidElement, type ReactNode, useContext, useState } from "react";
import { sizeInWords } from "@/lib/domain/file.ts";
import { hostOf, liesAbout, safeHref } from "./links";

/** What the renderer gives besides the attributes: the element that Markdown became. */
export type ExtraProps = { readonly node?: Element };

type Props<T extends keyof React.JSX.IntrinsicElements> = ComponentProps<T> & ExtraProps;

/** Whether what is shown stands in a link: links within links are no HTML. */
const InLink = createContext(false);

export function SafeLink({ href, children }: Props<"a">) {
  const target = safeHref(href);
  if (target === null) return <span>{children}</span>;
  const inside = <InLink value={true}>{children}</InLink>;
  if (target.startsWith("#")) return <a href={target}>{inside}</a>;
  const host = hostOf(target);
  return (
    <a href={target} target="_blank" rel="noopener noreferrer nofollow" title={host ?? undefined}>
      {inside}
      {liesAbout(textOf(children), target) && <span className="link-host"> ({host})</span>}
    </a>
  );
}

/** A picture that is written out in the text itself; nothing in these kinds runs. */
const INLINE_PICTURE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=]+$/u;

/**
 * An image of another host is not loaded, which would tell that host who reads: the reader may open it by itself. One
 * that stands in the text is shown when the reader wants it.
 */
export function SafeImage({ src, alt }: Props<"img">) {
  const isInLink = useContext(InLink);
  if (typeof src === "string" && src.startsWith("data:")) return <InlineImage src={src} alt={alt || "Image"} />;
  const target = safeHref(src);
  const host = target && hostOf(target);
  return (
    <span className="image-frame">
      <span dir="auto">{alt || "Image"}</span>
      {target && host && (
        <>
          <span className="link-host">{host}</span>
          {!isInLink && (
            <a className="small-action" href={target} target="_blank" rel="noopener noreferrer nofollow">
              Open image
            </a>
          )}
        </>
      )}
    </span>
  );
}

function InlineImage({ src, alt }: { src: string; alt: string }) {
  const isInLink = useContext(InLink);
  const [isShown, setIsShown] = useState(false);
  const isPicture = INLINE_PICTURE.test(src);
  return (
    <span className="image-frame">
      <span dir="auto">{alt}</span>
      {isPicture && (
        <span className="link-host">{sizeInWords(Math.ceil((src.length - src.indexOf(",")) * 0.75))}, in the text</span>
      )}
      {isPicture && !isInLink && !isShown && (
        <button type="button" className="small-action" onClick={() => setIsShown(true)}>
          Load image
        </button>
      )}
      {/* biome-ignore lint/performance/noImgElement: it is in the text. */}
      {isShown && <img className="inline-image" src={src} alt={alt} />}
    </span>
  );
}

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") return String(node);
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}
