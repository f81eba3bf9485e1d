/** In characters of JSON, roughly: what is written out at once, in some milliseconds. */
const PIECE = 128 * 1024;

/**
 * An answer of JSON, as `Response.json`. A large one is written out piece by piece, and others have their turn between
 * two of them: a page of a hundred agents with long instructions is 50 MB, and takes the event loop for seconds where
 * it is written at once.
 */
export function json(value: unknown, init: ResponseInit = {}): Response {
  if (isSmall(value)) return Response.json(value, init);
  const texts = written(value);
  const encoder = new TextEncoder();
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", "application/json");
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let piece = "";
        let next = texts.next();
        for (; !next.done; next = texts.next()) {
          piece += next.value;
          if (piece.length >= PIECE) break;
        }
        if (piece !== "") controller.enqueue(encoder.encode(piece));
        if (next.done) return controller.close();
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { ...init, headers });
}

/** A value in JSON, as `JSON.stringify` writes it, in pieces of which none is much longer than `PIECE`. */
export function* written(value: unknown): Generator<string, void> {
  if (typeof value === "string" && value.length > PIECE) yield* writtenString(value);
  else if (!isContainer(value) || isSmall(value)) yield JSON.stringify(value) ?? "null";
  else if (isList(value)) yield* writtenItems(value);
  else yield* writtenFields(value);
}

function* writtenString(text: string): Generator<string, void> {
  yield '"';
  // A pair that is cut in two is written as two escapes, which are read as the pair.
  for (let at = 0; at < text.length; at += PIECE) yield JSON.stringify(text.slice(at, at + PIECE)).slice(1, -1);
  yield '"';
}

function* writtenItems(items: readonly unknown[]): Generator<string, void> {
  yield "[";
  for (const [n, item] of items.entries()) {
    if (n > 0) yield ",";
    yield* written(item);
  }
  yield "]";
}

function* writtenFields(fields: Container): Generator<string, void> {
  let before = "{";
  for (const [name, field] of Object.entries(fields)) {
    if (field === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    yield* written(field);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

type Container = Readonly<Record<string, unknown>>;

const isList = (value: Container | readonly unknown[]): value is readonly unknown[] => Array.isArray(value);

/** Whether a value is looked into: what writes itself, such as a date, is written as a whole. */
function isContainer(value: unknown): value is Container | readonly unknown[] {
  if (Array.isArray(value)) return true;
  if (typeof value !== "object" || value === null || "toJSON" in value) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Whether a value is at most a piece in JSON, by the length of its texts. It is not looked through to its end where it
 * is not.
 */
function isSmall(value: unknown): boolean {
  const left = [value];
  let length = 0;
  for (let one = left.pop(); one !== undefined || left.length > 0; one = left.pop()) {
    length += typeof one === "string" ? one.length : 8;
    if (length > PIECE) return false;
    if (!isContainer(one)) continue;
    if (isList(one)) {
      if (one.length > PIECE) return false;
      for (const item of one) left.push(item);
      continue;
    }
    for (const [name, field] of Object.entries(one)) {
      length += name.length;
      left.push(field);
    }
  }
  return true;
}
