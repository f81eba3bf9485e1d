/** A file that is stored whole. Its name is what somebody called it, and its media type what its bytes say. */
export type FileInfo = {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of the bytes, in hex. */
  readonly hash: string;
};

/** Bytes that files may come to: of a guest, of any other account, and of all together. */
export type FileRoom = { readonly guest: number; readonly account: number; readonly all: number };
/** What files are held to: how many bytes each may have, and how many all. */
export type FileLimits = { readonly each: number; readonly room: FileRoom };

const MB = 1000 * 1000;
/** What holds where no setting says otherwise. */
export const FILE_LIMITS: FileLimits = {
  each: 25 * MB,
  room: { guest: 50 * MB, account: 1000 * MB, all: 10_000 * MB },
};

/** Files that one message may have. */
export const MOST_FILES = 10;

/** Images that every browser shows and every model that sees takes. SVG is none: it is a page that can hold scripts. */
const IMAGES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];
export const isSafeImage = (mediaType: string): boolean => IMAGES.includes(mediaType);

/** Whether a file is given to models as an image. */
export const isImage = (mediaType: string): boolean => mediaType.startsWith("image/");

/** What text files are stored as: of some the kind is told, since models read them better for it. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ["md", "text/markdown"],
  ["markdown", "text/markdown"],
  ["csv", "text/csv"],
  ["tsv", "text/tab-separated-values"],
  ["json", "application/json"],
]);
const PLAIN = "text/plain";
const isTextType = new Set([PLAIN, ...TEXTS.values()]);
/** Whether a file is text in UTF-8, which models get to read. */
export const isText = (mediaType: string): boolean => isTextType.has(mediaType);

/** The media type of a text by its file's name. */
export const textTypeOf = (name: string): string =>
  TEXTS.get(/\.([^.]+)$/u.exec(name.toLowerCase())?.[1] ?? "") ?? PLAIN;

const LONGEST_NAME = 200;
/**
 * What nobody sees in a name but what joins letters and signs, and what turns the direction in which it is read:
 * "gpj.exe" would look like "exe.jpg".
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\ufffd]/gu;

/**
 * A file's name as it is stored: without a path before it, without invisible characters, of at most 200 characters, its
 * ending kept, with letters that are put together: macOS gives them in parts. It is never empty, and says nothing about
 * where or how the file is stored.
 */
export function cleanName(given: string): string {
  const last = given.split(/[/\\]/u).findLast((part) => part.trim() !== "") ?? "";
  const name = last.replaceAll(UNSEEN, "").normalize("NFC").replaceAll(/\s+/gu, " ").trim();
  if (name === "" || /^\.+$/u.test(name)) return "file";
  const characters = [...name];
  if (characters.length <= LONGEST_NAME) return name;
  const ending = /\.[^. ]{1,16}$/u.exec(name)?.[0] ?? "";
  return `${characters.slice(0, LONGEST_NAME - ending.length - 1).join("")}…${ending}`;
}

const LONGEST_SAVED = 100;
/** What has a meaning in names on some system: Windows takes no file with one of them. */
const RESERVED = /[<>:"/\\|?*]/gu;

/** A name for a file that is made of something with a title: safe on every system, and never empty. */
export function savedName(title: string, ending: string): string {
  const plain = cleanName(title.replaceAll(RESERVED, " ").replaceAll(/\s+/gu, " ")).replace(/^[.\s]+/u, "");
  const name = [...plain]
    .slice(0, LONGEST_SAVED)
    .join("")
    .replace(/[.\s]+$/u, "");
  const isDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu.test(name);
  return `${name === "" || isDevice ? `session ${name}`.trim() : name}.${ending}`;
}

const LONGEST_TITLE = 255;

/**
 * What a document is called, in one line without invisible characters, of at most 255 characters; "" where nothing is
 * left. Unlike in a file's name, a slash is a letter as any other.
 */
export function cleanLine(given: string): string {
  const line = given.replaceAll(/\s+/gu, " ").replaceAll(UNSEEN, "").normalize("NFC").replaceAll(/ +/gu, " ").trim();
  return [...line].slice(0, LONGEST_TITLE).join("").trim();
}

const UNITS = ["bytes", "KB", "MB", "GB"] as const;

/** A size in words, such as "2.1 MB": 1,000 bytes are a KB, as file managers count. */
export function sizeInWords(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const shown = value < 9.95 ? value.toFixed(1).replace(/\.0$/u, "") : String(Math.round(value));
  return `${shown} ${UNITS[unit]}`;
}
