import { mayHaveMore } from "./still-in.ts";

const PING_MS = 15_000;

/**
 * Answers with an event stream of ready frames.
 *
 * A frame is pulled when the connection can take it, so a slow reader holds up nobody and grows nothing. A comment goes
 * out after 15 s of silence. `onLeave` is called when the reader goes before the end. Every 15 s `isStillIn` is asked
 * whether the reader may still read; where not the stream ends, as if the reader had gone.
 */
export function sseResponse(
  frames: AsyncIterator<string, void>,
  {
    status = 200,
    first,
    onLeave,
    isStillIn,
    headers,
  }: {
    readonly status?: number;
    /** A frame that goes out before anything else, at once. */
    readonly first?: string;
    readonly onLeave?: () => void;
    readonly isStillIn?: () => Promise<boolean>;
    readonly headers?: HeadersInit;
  } = {},
): Response {
  const encoder = new TextEncoder();
  let pending: Promise<IteratorResult<string, void>> | null = null;
  let isFirstSent = first === undefined;
  const mayGoOn = mayHaveMore(isStillIn);
  const leave = async () => {
    onLeave?.();
    await frames.return?.();
  };

  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isFirstSent) {
          isFirstSent = true;
          controller.enqueue(encoder.encode(first));
          return;
        }
        pending ??= frames.next();
        const silence = Promise.withResolvers<null>();
        const timer = setTimeout(() => silence.resolve(null), PING_MS);
        try {
          const result = await Promise.race([pending, silence.promise]);
          if (!(await mayGoOn())) {
            controller.close();
            // What a frame is waited for with may end long after; the reader does not wait for it.
            void leave().catch(() => {});
            return;
          }
          if (result === null) return controller.enqueue(encoder.encode(": ping\n\n"));
          pending = null;
          if (result.done) return controller.close();
          controller.enqueue(encoder.encode(result.value));
        } finally {
          clearTimeout(timer);
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
  const all = new Headers(headers);
  all.set("content-type", "text/event-stream; charset=utf-8");
  all.set("cache-control", "no-cache, no-transform, private, no-store");
  all.set("x-accel-buffering", "no");
  return new Response(stream, { status, headers: all });
}
