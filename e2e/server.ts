import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, gunzipSync, inflateSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { openReference } from "../lib/testing/check-answer.ts";
import { type RunningServer, startServer as start } from "../scripts/server.ts";

/** An answer as the server sent it. */
export type RecordedAnswer = {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly type: string;
  readonly encoding: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** Whether the caller stayed to its end. */
  readonly isWhole: boolean;
  /** Base64. */
  readonly body: string;
};

export type WatchedServer = RunningServer & {
  /** The answers that it has given so far, but for Next's own files. */
  readonly answers: () => RecordedAnswer[];
};

/** Made for the first server that ends: it takes a second, and a worker ends many. */
let reference: ReturnType<typeof openReference> | null = null;

/** All tests come from one address. */
const MANY_GUESTS = {
  GUESTS_PER_HOUR: "off",
  GUEST_TURNS_PER_MINUTE: "off",
  GUEST_TURNS_PER_HOUR: "off",
  GUEST_TOKENS_PER_DAY: "off",
};

/**
 * Starts a server as `scripts/server.ts` does. When it is ended, every answer that it gave, to browsers, clients and
 * curl alike, is held against the reference: `kill` throws for one that is not as `/api/openapi.json` says.
 */
export async function startServer(environment: Readonly<Record<string, string>> = {}): Promise<WatchedServer> {
  const file = join(mkdtempSync(join(tmpdir(), "parley-answers-")), "answers.jsonl");
  const preload = pathToFileURL(join(import.meta.dirname, "record-answers.ts")).href;
  const options = `${process.env.NODE_OPTIONS ?? ""} --import=${preload}`;
  const server = await start({ ...MANY_GUESTS, ...environment, ANSWERS_FILE: file, NODE_OPTIONS: options });
  const answers = () => {
    // What comes after the last line break was cut off by the end of the process.
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line): RecordedAnswer => JSON.parse(line));
  };
  return {
    ...server,
    answers,
    async kill(signal) {
      await server.kill(signal);
      const faults = await faultsOf(answers());
      if (faults.length > 0) throw new Error(`Answers are not as the reference says:\n${faults.join("\n")}`);
    },
  };
}

/**
 * What of answers is not as the reference says, each fault once. Those that a caller has left are passed over, but for
 * streams.
 */
export async function faultsOf(answers: readonly RecordedAnswer[]): Promise<string[]> {
  reference ??= openReference();
  const checked = await reference;
  const faults = new Set<string>();
  for (const answer of answers) {
    const { method, url, status, type, isWhole } = answer;
    if (!isWhole && !type.startsWith("text/event-stream")) continue;
    try {
      const body = bodyOf(answer);
      const request = new Request(new URL(url, "http://parley.test"), { method });
      const headers = { "content-type": type };
      const response = await checked(request, new Response(body.length > 0 ? body : null, { status, headers }));
      await response.text();
    } catch (thrown) {
      faults.add(String(thrown));
    }
  }
  return [...faults];
}

/** The bytes of an answer's body, unpacked. */
export function bodyOf({ body, encoding }: RecordedAnswer): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(body, "base64");
  // An answer whose caller has left has no end.
  const cut = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (encoding) {
    case "gzip":
      return gunzipSync(bytes, cut);
    case "deflate":
      return inflateSync(bytes, cut);
    default:
      return bytes;
  }
}

/** The link that a start has printed for its owner, which is good once. */
const ownerLink = ({ output }: Pick<WatchedServer, "output">): URL =>
  new URL(/Sign in as its owner, once: (\S+)/u.exec(output())?.[1] ?? "about:blank");

/** Signs the browser of a page in as the owner. */
export async function signInAsOwner(page: Page, server: Pick<WatchedServer, "output">): Promise<void> {
  await page.goto(ownerLink(server).href);
  await page.locator("form").getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname === "/");
}

/** Headers of a browser in which the owner is signed in. */
export async function ownerHeaders(server: Pick<WatchedServer, "output" | "url">): Promise<Record<string, string>> {
  const token = ownerLink(server).searchParams.get("token") ?? "";
  const body = new URLSearchParams({ token });
  const entered = await fetch(`${server.url}/sign-in/link/enter`, { method: "POST", body, redirect: "manual" });
  const cookie = entered.headers.getSetCookie().map((line) => line.split(";")[0]);
  return { cookie: cookie.join("; "), "sec-fetch-site": "same-origin", "content-type": "application/json" };
}
