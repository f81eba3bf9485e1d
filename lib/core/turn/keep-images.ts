import { type FileInfo, isSafeImage } from "../../domain/file.ts";
import type { FilePart, NewMessage, Part } from "../../domain/message.ts";
import { fileLimits, forgetUpload, storeFile } from "../files.ts";
import type { Scope } from "../scope.ts";

const DATA = /^data:(image\/[\w.+-]{1,100});base64,/iu;

type Image = Extract<Part, { type: "image" }>;

/** Stores the images of one turn. */
export type ImageKeeper = {
  /** Messages whose images are files in the place of data URLs. Throws as `storeFile` does. */
  readonly keep: (messages: readonly NewMessage[]) => Promise<readonly NewMessage[]>;
  /** Gives up what was stored: the turn was refused. */
  readonly giveUp: () => Promise<void>;
};

/**
 * Opens a way to store the images that a caller has sent in its messages. Each is stored once, however often the turn
 * is tried.
 *
 * No message holds an image itself: rows would be megabytes long, and read with each look at a session.
 */
export function imageKeeper(scope: Scope): ImageKeeper {
  const kept = new Map<string, Promise<FileInfo>>();

  async function fileOf(image: Image): Promise<Part> {
    const declared = DATA.exec(image.url)?.[1]?.toLowerCase();
    if (declared === undefined) return image;
    const storing = kept.get(image.url) ?? store(scope, image.url, declared);
    kept.set(image.url, storing);
    const { id, name, mediaType, size } = await storing;
    // Which images a provider takes it judges itself; what is no image of ours is shown by no browser.
    const type = isSafeImage(mediaType) ? mediaType : declared;
    return { type: "file", fileId: id, name, mediaType: type, size, detail: image.detail } satisfies FilePart;
  }

  return {
    async keep(messages) {
      const next: NewMessage[] = [];
      for (const message of messages) {
        const hasData = message.parts.some((part) => part.type === "image" && DATA.test(part.url));
        if (!hasData) {
          next.push(message);
          continue;
        }
        const parts: Part[] = [];
        for (const part of message.parts) parts.push(part.type === "image" ? await fileOf(part) : part);
        next.push({ ...message, parts });
      }
      return next;
    },
    async giveUp() {
      for (const storing of kept.values()) {
        const file = await storing.catch(() => null);
        if (file) await forgetUpload(scope, file.id).catch(() => {});
      }
    },
  };
}

async function store(scope: Scope, url: string, mediaType: string): Promise<FileInfo> {
  const bytes = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
  const all = (async function* () {
    yield bytes;
  })();
  return storeFile(scope, {
    name: null,
    mediaType,
    bytes: all,
    maxBytes: fileLimits(scope).each,
    announced: bytes.length,
  });
}
