"use client";

import { useState } from "react";

/** The picture of a page, which opens by itself; nothing where it cannot be had: the text says the same. */
export function PagePicture({ url, words }: { readonly url: string; readonly words: string }) {
  const [isMissing, setIsMissing] = useState(false);
  if (isMissing) return null;
  return (
    <a
      className="passage-picture"
      href={url}
      target="_blank"
      rel="noreferrer"
      aria-label={`${words}, opens in a new tab`}
    >
      {/* biome-ignore lint/performance/noImgElement: Next converts no pictures here, and this one is the reader's own. */}
      <img src={url} alt={words} onError={() => setIsMissing(true)} />
    </a>
  );
}
