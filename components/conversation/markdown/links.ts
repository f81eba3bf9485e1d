/** The address if a reader may follow it, else null: no scripts, no data, nothing half written. */
export function safeHref(href: unknown): string | null {
  if (typeof href !== "string") return null;
  // Browsers drop these inside a scheme, so they are dropped before it is judged.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control characters that are meant.
  const plain = href.replace(/[\u0000-\u0020\u007f]/g, "");
  return /^(?:https?:\/\/[^/]|mailto:|tel:|#)/i.test(plain) ? plain : null;
}

export function hostOf(href: string): string | null {
  try {
    return new URL(href).host || null;
  } catch {
    return null;
  }
}

/** Whether the words of a link name another place than the one it leads to. */
export function liesAbout(text: string, href: string): boolean {
  const host = hostOf(href);
  const claimed = /^\s*(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?:[/:?#\s]|$)/u.exec(text)?.[1];
  if (!host || !claimed) return false;
  const bare = (name: string) => name.toLowerCase().replace(/^www\./, "");
  // Names in other scripts have an old form, which the address has.
  return bare(hostOf(`http://${claimed}`) ?? claimed) !== bare(host.replace(/:\d+$/, ""));
}
