import { toChatError } from "../../domain/errors.ts";
import { isImage, isText, sizeInWords } from "../../domain/file.ts";
import type { FilePart } from "../../domain/message.ts";
import type { ReadyPart } from "../../domain/model.ts";
import { readBeginning } from "../files.ts";
import type { Scope } from "../scope.ts";
import { shownTokens } from "./tokens.ts";

/** Bytes of images that one prompt, or one page of a history, holds at the most. */
const MOST_IMAGE_BYTES = 20 * 1000 * 1000;
const BYTES_PER_TOKEN = 4;

type File = Readonly<FilePart>;

/** Gives what stands for a file where its content is to be read or seen. It keeps what it has read. */
export type ReadyFiles = (file: File) => Promise<ReadyPart>;

/**
 * Opens a way to read the files of some messages: a text file as its text in a frame that names it, cut where it is
 * long; an image as a data URL, while there is room for it; of anything else a sentence that it is there.
 *
 * `seesImages` false: of images a sentence too, for who cannot see them. A file that is gone is told as such.
 */
export function readyFiles(
  scope: Pick<Scope, "database" | "accountId">,
  { seesImages = true }: { readonly seesImages?: boolean } = {},
): ReadyFiles {
  const read = new Map<string, Promise<ReadyPart>>();
  let room = MOST_IMAGE_BYTES;

  async function ready(file: File): Promise<ReadyPart> {
    if (isText(file.mediaType)) return readyText(scope, file);
    if (!isImage(file.mediaType)) return said(file, "is attached. Its content cannot be read here.");
    if (!seesImages) return said(file, "is attached. It cannot be seen here.");
    if (file.size > room) return said(file, "is left out: the conversation has more images than there is room for.");
    room -= file.size;
    const bytes = await readBeginning(scope, { id: file.fileId, size: file.size }, file.size);
    const url = `data:${file.mediaType};base64,${bytes.toString("base64")}`;
    return { type: "image", url, detail: file.detail };
  }

  return (file) => {
    const key = `${file.fileId} ${file.name} ${file.mediaType} ${file.detail} ${file.mostTokens}`;
    const known = read.get(key);
    if (known) return known;
    const made = ready(file).catch((thrown): ReadyPart => {
      if (toChatError(thrown).code !== "not-found") throw thrown;
      return said(file, "was attached, and is no longer there.");
    });
    read.set(key, made);
    return made;
  };
}

/** A file in words: what it is called and what it is. Quoted, since a name may be any text. */
const called = ({ name, mediaType, size }: File): string =>
  `${JSON.stringify(name)} (${mediaType}, ${sizeInWords(size)})`;

const said = (file: File, what: string): ReadyPart => ({
  type: "text",
  text: `[The ${isImage(file.mediaType) ? "image" : "file"} ${called(file)} ${what}]`,
});

async function readyText(scope: Pick<Scope, "database" | "accountId">, file: File): Promise<ReadyPart> {
  const most = shownTokens(file) * BYTES_PER_TOKEN;
  const bytes = await readBeginning(scope, { id: file.fileId, size: file.size }, most);
  // What is cut may end within a letter.
  const text = new TextDecoder().decode(bytes, { stream: bytes.length < file.size });
  const rest = `[Only the first ${sizeInWords(bytes.length)} of ${sizeInWords(file.size)} are shown.]\n`;
  const end = `${bytes.length < file.size ? rest : ""}[End of ${JSON.stringify(file.name)}]`;
  return { type: "text", text: `[File ${called(file)}]\n${text}\n${end}` };
}
