import { z } from "zod";

const ASK_MS = 8000;
const STREAM_MS = 20_000;

const Health = z.object({
  status: z.string(),
  reason: z.string().optional(),
  migrations: z.object({ pending: z.array(z.string()) }).optional(),
  search: z.object({ vectors: z.string(), reason: z.string().optional() }).optional(),
});
/** What a running server says of itself to its owner; to others only its status. */
export type Health = z.infer<typeof Health>;

/** Asks a server how it is. Null where nobody answers, or somebody else. */
export async function askHealth(url: string, key: string | null): Promise<Health | null> {
  try {
    const response = await fetch(`${url}/api/health`, { headers: headersOf(key), signal: AbortSignal.timeout(ASK_MS) });
    return Health.parse(await response.json());
  } catch {
    return null;
  }
}

/** When the frames of a stream came, in ms from the request; or why there was none. */
export type Measured =
  | { readonly arrivals: readonly number[] }
  | { readonly problem: string; readonly status: number | null };

/** Reads the stream of `pacedFrames` through an address, as a browser does: what it may be packed with is offered. */
export async function measureStream(url: string, key: string | null): Promise<Measured> {
  const startedAt = performance.now();
  try {
    const response = await fetch(`${url}/api/health?stream`, {
      headers: { ...headersOf(key), "accept-encoding": "gzip, br" },
      redirect: "manual",
      signal: AbortSignal.timeout(STREAM_MS),
    });
    const { status } = response;
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
      await response.body?.cancel();
      return { problem: `it answered ${status} and no stream`, status };
    }
    const arrivals: number[] = [];
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const text = decoder.decode(bytes, { stream: true });
      for (const _ of text.matchAll(/^data:/gmu)) arrivals.push(performance.now() - startedAt);
    }
    return { arrivals };
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : String(thrown);
    return { problem: cause, status: null };
  }
}

const headersOf = (key: string | null): Record<string, string> =>
  key === null ? {} : { authorization: `Bearer ${key}` };
