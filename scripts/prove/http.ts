import { request as open } from "node:http";

/** An answer, as far as it came. */
export type Exchange = {
  /** 0: nobody answered. */
  readonly status: number;
  readonly body: string;
  readonly isWhole: boolean;
  /** Whether the caller went before the end. */
  readonly hasLeft: boolean;
  /** Whether a server can have heard the request. */
  readonly isHeard: boolean;
  readonly startedAt: number;
  readonly endedAt: number;
};

export type Call = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly key: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Hang up when so many characters have come. */
  readonly leaveAfter?: number;
};

const LIMIT_MS = 90_000;

/** Sends a request on a connection of its own and reads its answer. Never throws: what broke off is not whole. */
export function exchange({
  method,
  url,
  key,
  body,
  headers,
  leaveAfter = Number.POSITIVE_INFINITY,
}: Call): Promise<Exchange> {
  const startedAt = Date.now();
  const sent = body === undefined ? "" : JSON.stringify(body);
  return new Promise((resolve) => {
    let status = 0;
    let text = "";
    let hasLeft = false;
    let isHeard = true;
    const settle = (isWhole: boolean) =>
      resolve({ status, body: text, isWhole, hasLeft, isHeard, startedAt, endedAt: Date.now() });
    const outgoing = open(url, {
      method,
      agent: false,
      timeout: LIMIT_MS,
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(sent),
        ...headers,
      },
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", (thrown) => {
      if ("code" in thrown && thrown.code === "ECONNREFUSED") isHeard = false;
      settle(false);
    });
    outgoing.on("response", (response) => {
      status = response.statusCode ?? 0;
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
        hasLeft ||= text.length > leaveAfter;
        if (hasLeft) outgoing.destroy();
      });
      response.on("error", () => settle(false));
      // What the parser has is whole, though a caller that left has not read it.
      response.on("close", () => settle(response.complete && !hasLeft));
    });
    outgoing.end(sent);
  });
}

export type Frame = { readonly event: string | null; readonly data: string };

/** The whole frames of an event stream. */
export function framesOf(body: string): Frame[] {
  return body
    .split("\n\n")
    .slice(0, -1)
    .flatMap((frame) => {
      const lines = frame.split("\n");
      const data = lines.find((line) => line.startsWith("data: "));
      const event = lines.find((line) => line.startsWith("event: "));
      return data === undefined ? [] : [{ event: event?.slice(7) ?? null, data: data.slice(6) }];
    });
}
