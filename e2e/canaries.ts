import { randomBytes } from "node:crypto";

/** So many characters of a secret, in a row, count as the secret. */
const PIECE = 12;

/** A secret that is found somewhere: its name, and where. */
export type Finding = { readonly secret: string; readonly place: string };

export type Canaries = {
  /** Makes a secret that is like no other, and remembers it by its name. */
  readonly plant: (name: string, prefix?: string) => string;
  /** Remembers a secret that somebody else made; only its last characters, where the first are alike in many. */
  readonly add: (name: string, value: string) => void;
  /** The names of the secrets of which a text holds a piece of twelve characters, as it stands or encoded. */
  readonly find: (text: string) => ReadonlySet<string>;
};

/** Secrets to be planted and looked for. */
export function openCanaries(): Canaries {
  const pieces = new Map<string, string>();
  const remember = (name: string, value: string) => {
    for (const form of forms(value)) {
      for (let at = 0; at + PIECE <= form.length; at++) pieces.set(form.slice(at, at + PIECE), name);
    }
  };
  return {
    plant(name, prefix = "") {
      const value = randomBytes(30).toString("base64").replaceAll(/[+/]/gu, "x");
      remember(name, value);
      return prefix + value;
    },
    add: (name, value) => remember(name, value.slice(-40)),
    find(text) {
      const found = new Set<string>();
      for (let at = 0; at + PIECE <= text.length; at++) {
        const name = pieces.get(text.slice(at, at + PIECE));
        if (name !== undefined) found.add(name);
      }
      return found;
    },
  };
}

/** A text as it stands, and as it is written in URLs, JSON, hex and base64, where it may begin at any of three bits. */
function forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const packed = [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    // The first and the last characters depend on what stands beside it.
    return [shifted.toString("base64"), shifted.toString("base64url")].map((text) => text.slice(4, -4));
  });
  const hex = bytes.toString("hex");
  const encoded = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), hex, hex.toUpperCase()];
  return [...encoded, ...packed, [...value].reverse().join("")];
}
