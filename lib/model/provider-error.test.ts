import { APICallError } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { ChatError } from "../domain/errors.ts";
import type { ModelRequest } from "../domain/model.ts";
import {
  refusedRequest,
  streamFailure,
  toProviderError,
  unreachable,
  withoutKey,
  withoutKeys,
} from "./provider-error.ts";

const OWN = "plain-Zq7Wm3TbX9dLr5Yh2";
const BROUGHT = "other-8fKs4VnQ1cPz6Gj0";
const REQUEST: ModelRequest = {
  purpose: "turn",
  model: "test-model",
  messages: [],
  tools: [],
  toolChoice: "auto",
  settings: {},
  signal: new AbortController().signal,
  apiKey: BROUGHT,
};

const said = (message: string) => JSON.stringify({ error: { message } });

test.each([400, 401, 403, 404, 409, 413, 422, 429, 500, 503])(
  "an answer of %d tells no key that it quotes",
  async (status) => {
    const body = said(`Bad key ${OWN}, ${BROUGHT.slice(0, 15)}…, ${Buffer.from(OWN).toString("base64")}`);
    const { message } = await failure(() => refusedRequest(status, { "x-key": OWN }, body));
    expect(message).toContain("The model provider");
    for (const part of [OWN.slice(0, 12), BROUGHT.slice(0, 12), Buffer.from(OWN).toString("base64").slice(0, 16)]) {
      expect(message).not.toContain(part);
    }
  },
);

test("what a provider says besides stays", async () => {
  const { message } = await failure(() =>
    refusedRequest(404, {}, said("The model gpt-4o-mini-2024-07-18 is not there")),
  );
  expect(message).toBe("The model provider refused the request (404): The model gpt-4o-mini-2024-07-18 is not there");
});

test("a failed connection is told by its code or its kind, and not in the words of another's error", () => {
  const refused = Object.assign(new Error("connect 10.0.0.7:80"), { code: "ECONNREFUSED" });
  expect(unreachable(refused).message).toBe("The model provider could not be reached (ECONNREFUSED)");
  const quoting = new TypeError(`Headers.append: "Bearer ${OWN}" is an invalid header value.`);
  expect(toProviderError(quoting).message).toBe("The model provider closed the connection (TypeError)");
});

test("a cause that names a key is not handed on, and one that does not is", () => {
  const quoting = new ChatError("model-failed", "Failed", { cause: new Error(`sent ${OWN}`) });
  expect(withoutKey(quoting, [OWN])).toMatchObject({ message: "Failed", cause: undefined });
  const plain = new ChatError("model-failed", "Failed", { cause: new Error("reset") });
  expect(withoutKey(plain, [OWN])).toBe(plain);
});

test("a package's error is told by its status alone", () => {
  const thrown = new APICallError({
    message: OWN,
    url: `http://site.test/?key=${OWN}`,
    requestBodyValues: { key: OWN },
    statusCode: 500,
    responseBody: said(OWN),
  });
  expect(toProviderError(thrown).message).toBe("The model provider failed (500)");
});

/** The error of a model call that fails so. */
async function failure(make: () => ChatError): Promise<Error> {
  // biome-ignore lint/correctness/useYield: it fails before it has said anything.
  const call = withoutKeys(async function* () {
    throw make();
  }, OWN);
  try {
    for await (const _ of call(REQUEST));
  } catch (thrown) {
    if (thrown instanceof Error) return thrown;
  }
  throw new Error("Did not fail");
}

const GEMINI = "You exceeded your current quota, please check your plan and billing details.";

test("13: a limit that passes is no empty account, though its words speak of billing", () => {
  const passing = refusedRequest(429, {}, said(`${GEMINI} Please retry in 17.3s.`));
  expect([passing.details.isFinal, passing.details.retryAfterSeconds]).toEqual([undefined, 17.3]);
  expect(streamFailure(GEMINI, `${GEMINI} Please retry in 17.3s.`, undefined).details.providerStatus).toBe(429);
  const empty = JSON.stringify({ error: { message: GEMINI, code: "insufficient_quota" } });
  for (const headers of [{}, { "retry-after": "5" }]) {
    expect(refusedRequest(429, headers, empty).details.isFinal).toBe(true);
  }
});

test.each<[number, string, string]>([
  [400, "Failed to deserialize the JSON body: bad role", "Failed to deserialize the JSON body: bad role"],
  [404, "404 page not found", "404 page not found"],
  [500, "CUDA out of memory", "CUDA out of memory"],
  [400, '"Model not loaded"', "Model not loaded"],
  [400, '["Model not loaded"]', "Model not loaded"],
  [403, said("Country, region, or territory not supported"), "Country, region, or territory not supported"],
  [403, said("Your account balance is insufficient: account balance"), "has no credit left (403)"],
])("14: %d with %s is told in the server's own words", (status, body, words) => {
  expect(refusedRequest(status, {}, body).message).toContain(words);
});

test("14: a web page is not told, and where a redirect leads is, without its query", () => {
  expect(refusedRequest(502, {}, "<html>Bad Gateway</html>").message).toBe("The model provider failed (502)");
  const { message } = refusedRequest(307, { location: "https://u:p@models.test/v1/chat/completions?key=x" }, "");
  expect(message).toBe(
    "The model provider redirects (307) to https://models.test/v1. Set the address that answers itself as the base URL",
  );
});

test.each<[Record<string, string>, string, number | undefined]>([
  [{ "x-ratelimit-reset": "5" }, "{}", 5],
  [{ "ratelimit-reset": "5" }, "{}", 5],
  [{ "x-ratelimit-reset": String(Date.now() + 3_600_000) }, "{}", 3600],
  [{}, '{"error":{"message":"Too many requests"},"retry_after":3}', 3],
  [{ "retry-after-ms": "", "retry-after": "4" }, "{}", 4],
  [{ "x-ratelimit-reset": "1741305600000" }, "{}", undefined],
])("22: %j and %s ask for a wait of %j s", (headers, body, seconds) => {
  const told = refusedRequest(429, headers, body).details.retryAfterSeconds;
  expect(told === undefined ? undefined : Math.ceil(told)).toBe(seconds);
});
