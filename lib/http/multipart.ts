import { ChatError } from "../domain/errors.ts";
import { storable } from "../domain/text.ts";
import { uploadedBytes } from "./upload.ts";

/** One part of a form: a field, or a file with the name that its sender has for it. */
type FormPart = {
  readonly name: string;
  /** Null: it is no file. */
  readonly fileName: string | null;
  readonly mediaType: string;
  readonly bytes: AsyncIterable<Uint8Array>;
};

const MOST_PARTS = 20;
const MOST_HEAD_BYTES = 16 * 1024;
const MOST_FIELD_BYTES = 64 * 1024;

const broken = (): ChatError => new ChatError("bad-request", "The form broke off, or is none (multipart/form-data)");

/** What becomes of the file in a form. */
type FormFile<Stored> = {
  /** Stores it as its bytes come. `before`: the fields before it. */
  readonly store: (
    file: Omit<FormPart, "name" | "fileName"> & { readonly name: string },
    before: ReadonlyMap<string, string>,
  ) => Promise<Stored>;
  /** Takes it away again: the form behind it is none. */
  readonly giveUp: (stored: Stored) => Promise<void>;
};

/**
 * Reads a form with one file in it (RFC 7578), of which no more than a piece is in memory: `store` gets the file under
 * `field`. Gives what `store` gave, and the other fields, as texts that can be stored.
 *
 * Throws "invalid" where there is no such file, "bad-request" for what is no form, and what `store` throws. Nothing is
 * kept of the file then.
 */
export async function readUploadForm<Stored>(
  request: Request,
  field: string,
  { store, giveUp }: FormFile<Stored>,
): Promise<{ readonly stored: Stored; readonly fields: ReadonlyMap<string, string> }> {
  const fields = new Map<string, string>();
  const files: Stored[] = [];
  try {
    for await (const { name, fileName, mediaType, bytes } of formParts(request)) {
      if (name === field && fileName !== null && files.length === 0) {
        files.push(await store({ name: fileName, mediaType, bytes }, fields));
      } else {
        fields.set(name, storable(await asText(bytes, MOST_FIELD_BYTES)));
      }
    }
  } catch (thrown) {
    for (const stored of files) await giveUp(stored);
    throw thrown;
  }
  const [stored] = files;
  if (stored !== undefined) return { stored, fields };
  const issue = { path: ["body", field], type: "missing", message: "Field required", input: null };
  throw new ChatError("invalid", "Validation error", { issues: [issue] });
}

async function* formParts(request: Request): AsyncGenerator<FormPart, void> {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/iu.exec(
      request.headers.get("content-type") ?? "",
    ) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw broken();
  const source = uploadedBytes(request);
  const body = marked(source);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  try {
    await asText(body.upTo(delimiter), MOST_HEAD_BYTES);
    for (let n = 0; ; n++) {
      if ((await body.peek(2)) === "--") return;
      if (n === MOST_PARTS) throw new ChatError("bad-request", `A form has at most ${MOST_PARTS} parts`);
      const head = await asText(body.upTo(Buffer.from("\r\n\r\n")), MOST_HEAD_BYTES);
      const bytes = body.upTo(delimiter);
      yield { ...headOf(head), bytes };
      // What nobody has read of it.
      for await (const _ of bytes);
    }
  } finally {
    await source.return();
  }
}

/** What a source gives, cut at marks. */
function marked(source: AsyncIterator<Uint8Array>) {
  // The first boundary may stand at the very beginning, where no line ends before it.
  let buffer = Buffer.from("\r\n");
  async function more(): Promise<void> {
    const { done, value } = await source.next();
    if (done) throw broken();
    buffer = Buffer.concat([buffer, value]);
  }
  return {
    /** What comes up to a mark, which is passed over. */
    async *upTo(mark: Buffer): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        const at = buffer.indexOf(mark);
        // The end of what is here may be the beginning of the mark.
        const upto = at < 0 ? buffer.length - mark.length + 1 : at;
        const some = upto > 0 ? buffer.subarray(0, upto) : null;
        if (at >= 0) buffer = buffer.subarray(at + mark.length);
        else if (some) buffer = buffer.subarray(upto);
        if (some) yield some;
        if (at >= 0) return;
        await more();
      }
    },
    async peek(length: number): Promise<string> {
      while (buffer.length < length) await more();
      return buffer.toString("latin1", 0, length);
    },
  };
}

function headOf(head: string): Omit<FormPart, "bytes"> {
  const disposition = /^content-disposition:(.*)$/imu.exec(head)?.[1] ?? "";
  const mediaType = /^content-type:(.*)$/imu.exec(head)?.[1]?.trim() ?? "";
  const name = quotedValue(disposition, "name");
  if (name === null) throw broken();
  return { name, fileName: quotedValue(disposition, "filename"), mediaType };
}

/** A value as browsers write it: quotation marks and line ends are percent-encoded. */
function quotedValue(disposition: string, name: string): string | null {
  const [, value] = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, "iu").exec(disposition) ?? [];
  if (value === undefined) return null;
  return value
    .replaceAll(/\\(.)/gu, "$1")
    .replaceAll(/%(22|0D|0A)/giu, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

async function asText(bytes: AsyncIterable<Uint8Array>, most: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > most) throw new ChatError("too-large", "A field of the form is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
