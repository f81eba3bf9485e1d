import { ORIGIN, OWNER_KEY, openTestServer } from "./server.ts";

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape and say what they expect of them.
  readonly body: any;
};

type CallOptions = {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

/** What the model was sent for a turn. */
export type ModelCall = {
  // biome-ignore lint/suspicious/noExplicitAny: a request of the provider's protocol, of which tests look at parts.
  readonly body: any;
};

/** The routes in this process: plain requests, and a look at what the model was sent. */
export async function openApi(
  environment: Readonly<Record<string, string>> = {},
  { isOwn }: { readonly isOwn?: boolean } = {},
) {
  const server = await openTestServer({ environment, isOwn });
  const send = (method: string, path: string, { body, key = OWNER_KEY, headers, signal }: CallOptions = {}) =>
    server.fetch(`${ORIGIN}${path}`, {
      method,
      signal,
      headers: {
        "content-type": "application/json",
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    });
  const browser = async () => ({ "sec-fetch-site": "same-origin", cookie: await server.signIn() });
  return {
    server,
    /** Headers of a browser in which the owner is signed in. */
    browser,
    /** Makes a key of the owner as its browser does: of no limits, or of those given. */
    async makeKey(limits: object = {}): Promise<{ readonly id: string; readonly key: string }> {
      const response = await send("POST", "/api/app/keys", {
        key: null,
        headers: await browser(),
        body: { name: "for a test", ...limits },
      });
      if (response.status !== 201) throw new Error(await response.text());
      return response.json();
    },
    model: server.model,
    /** The live response, for streams. */
    send,
    /** The response read whole. A stream's body is its text. */
    async call(method: string, path: string, options?: CallOptions): Promise<Answer> {
      const response = await send(method, path, options);
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    /** The calls for turns that the model has had, oldest first; titles are made by calls of their own. */
    modelCalls: (): ModelCall[] =>
      server.model.getRequests().flatMap(({ path, body }) => {
        const isTurn = path.endsWith("/chat/completions") && !JSON.stringify(body).includes("Write a title for");
        return isTurn ? [{ body }] : [];
      }),
    close: () => server.close(),
  };
}

export type Api = Awaited<ReturnType<typeof openApi>>;
