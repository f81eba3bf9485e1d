import { ChatError } from "../domain/errors.ts";

/**
 * The most bytes of one answer of a provider that are taken: those of one step, with all that its protocol wraps around
 * it.
 */
export const ANSWER_LIMIT_BYTES = 8 * 1024 * 1024;
/** The most characters of one line of a stream. */
export const LINE_LIMIT_CHARACTERS = 4 * 1024 * 1024;

/** What ends a turn whose provider says too much. It is not asked again: it did answer. */
export const tooLongAnswer = (limitBytes: number): ChatError =>
  new ChatError(
    "model-failed",
    `The model provider's answer is longer than ${Math.floor(limitBytes / (1024 * 1024))} MB and was not read on`,
    { providerStatus: 200 },
  );

/** The text of a response. Throws `tooLongAnswer`, and closes the connection, where it has more than `limit` bytes. */
export async function limitedText(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.byteLength;
    if (size > limit) throw tooLongAnswer(limit);
    texts.push(decoder.decode(piece, { stream: true }));
  }
  return texts.join("") + decoder.decode();
}

/**
 * `fetch` whose answers fail with `tooLongAnswer` behind so many bytes; their connection is closed then. `heard` is
 * told of each piece that comes.
 */
export const limitedFetch =
  (limit: number, heard: () => void = () => {}): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    let size = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        size += piece.byteLength;
        heard();
        if (size > limit) controller.error(tooLongAnswer(limit));
        else controller.enqueue(piece);
      },
    });
    return new Response(response.body.pipeThrough(counted), response);
  };
