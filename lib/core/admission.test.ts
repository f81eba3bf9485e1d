import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ChatError } from "../domain/errors.ts";
import type { CallModel, EmbedTexts, ModelEvent, ModelRequest } from "../domain/model.ts";
import type { Spent } from "../domain/usage.ts";
import { type Asking, admit, admitting, callTokens, type OpenModels, readmit } from "./admission.ts";
import type { Admission } from "./admitted.ts";

const MESSAGES = [{ role: "system" as const, text: "x".repeat(400) }];
/** What 400 characters and a message come to. */
const PROMPT = 104;
const REQUEST: ModelRequest = {
  model: "m",
  purpose: "turn",
  messages: MESSAGES,
  tools: [],
  toolChoice: "auto",
  settings: { maxTokens: 50 },
  signal: new AbortController().signal,
};
const finish = (inputTokens: number | null, outputTokens: number | null): ModelEvent => ({
  type: "finish",
  reason: "stop",
  usage: { inputTokens, outputTokens },
});

test("S14: what the provider says of a call is what it came to", async () => {
  const { scope, settled, spent } = openScope();
  await run(scope, [[{ type: "start" }], [{ type: "text-delta", text: "hello" }, finish(70, 7)]]);
  expect(settled).toEqual([{ used: 77, isTurn: true }]);
  expect(spent).toMatchObject([{ kind: "turn", accountId: "a", keyId: "k", inputTokens: 70, outputTokens: 7 }]);
});

test.each<[string, readonly ModelEvent[], number]>([
  [
    "its texts, thoughts and arguments",
    [
      { type: "text-delta", text: "x".repeat(40) },
      { type: "reasoning-delta", text: "x".repeat(20) },
      { type: "tool-input-delta", callId: "c", name: "n", text: "x".repeat(12) },
      { type: "tool-call", callId: "c", name: "n", input: "x".repeat(12) },
    ],
    PROMPT + 18,
  ],
  ["its prompt, where it was only accepted", [{ type: "start" }], PROMPT],
  ["nothing, where it was never accepted", [], 0],
])("S14: a call that fails came to %s", async (_, events, used) => {
  const { scope, settled } = openScope();
  const call: CallModel = async function* () {
    if (events.length > 0) yield events;
    throw new ChatError("model-failed", "gone");
  };
  await expect(run(scope, call)).rejects.toThrow("gone");
  expect(settled).toEqual([{ used, isTurn: true }]);
});

test("S14: a call that nobody looks at any more is counted when it is ended", async () => {
  const { scope, settled } = openScope();
  const controller = new AbortController();
  const admission = await admit(scope, { isTurn: true, tokens: 1 });
  const events = models([[{ type: "start" }], [{ type: "text-delta", text: "never read" }]])
    .call(admission, { ...REQUEST, signal: controller.signal })
    [Symbol.asyncIterator]();
  await events.next();
  controller.abort();
  admission.withdraw();
  expect(settled).toEqual([{ used: PROMPT, isTurn: false }]);
});

test("S14: each step sets aside what it may take, beside what was used before", async () => {
  const { scope, covered } = openScope();
  const admission = await admit(scope, { isTurn: true, tokens: callTokens(MESSAGES, { maxTokens: 50 }) });
  const { call } = models([[{ type: "start" }, finish(100, 40)]]);
  for (let step = 0; step < 3; step++) for await (const _ of call(admission, REQUEST));
  expect(covered).toEqual([PROMPT + 50, PROMPT + 190, PROMPT + 330]);
});

test.each<[string, number, number, number]>([
  ["fractions", 100.4, 40.5, 141],
  ["negative ones", -100, -40, PROMPT],
  ["absurd ones", 1e300, Number.NaN, PROMPT],
])("10: usage is settled in whole tokens, whatever a provider says: %s", async (_, input, output, used) => {
  const { scope, settled } = openScope();
  const admission = await admit(scope, { isTurn: true, tokens: 1000 });
  for await (const _ of models([[{ type: "start" }, finish(input, output)]]).call(admission, REQUEST));
  admission.settle();
  expect(settled).toEqual([{ used, isTurn: true }]);
});

test("a call of which only a notice came was never accepted, and costs nothing", async () => {
  const { scope, settled } = openScope();
  const admission = await admit(scope, { isTurn: true, tokens: 1000 });
  for await (const _ of models([[{ type: "notice", text: "Loading" }]]).call(admission, REQUEST));
  admission.settle();
  expect(settled).toEqual([{ used: 0, isTurn: true }]);
});

test("S14: a step over the limit asks no model, and what was used before is settled", async () => {
  const { scope, settled } = openScope(300);
  let calls = 0;
  const call: CallModel = async function* () {
    calls++;
    yield [{ type: "start" }, finish(200, 40)];
  };
  const admission = await admit(scope, { isTurn: true, tokens: 154 });
  const step = async () => {
    for await (const _ of admitting({ ...OPEN, call }).call(admission, REQUEST));
  };
  await step();
  await expect(step()).rejects.toMatchObject({ code: "rate-limited" });
  admission.settle();
  admission.settle();
  expect([calls, settled]).toEqual([1, [{ used: 240, isTurn: true }]]);
});

test("S14: texts are embedded a hundred at a time, and each call is counted", async () => {
  const { scope, spent } = openScope();
  const sizes: number[] = [];
  const embed: EmbedTexts = async (texts) => {
    sizes.push(texts.length);
    return { vectors: texts.map(() => [1]), tokens: sizes.length === 1 ? 42 : null };
  };
  const { embedding } = admitting({ ...OPEN, embedding: { model: "e", embed } });
  const admission = await admit(scope, { isTurn: false, tokens: 250 });
  const options = { signal: new AbortController().signal };
  expect(await embedding?.embed(admission, Array(250).fill("four"), options)).toHaveLength(250);
  expect(sizes).toEqual([100, 100, 50]);
  expect(spent.map(({ kind, inputTokens }) => [kind, inputTokens])).toEqual([
    ["embedding", 42],
    ["embedding", 100],
    ["embedding", 50],
  ]);
});

test("S14: an answer that goes on is covered as it grows, and ends where its limit is reached", async () => {
  const { scope, settled, covered } = openScope(PROMPT + 3000);
  const sent: string[] = [];
  let isClosed = false;
  const call: CallModel = async function* () {
    try {
      yield [{ type: "start" }];
      for (let n = 0; n < 100; n++) yield [{ type: "text-delta", text: `${n}`.padEnd(400, ".") }];
    } finally {
      isClosed = true;
    }
  };
  const admission = await admit(scope, { isTurn: true, tokens: 1 });
  const answer = admitting({ ...OPEN, call }).call(admission, REQUEST);
  const read = async () => {
    for await (const events of answer)
      for (const event of events) if (event.type === "text-delta") sent.push(event.text);
  };
  await expect(read()).rejects.toThrow("The limit is reached");
  admission.settle();
  // 50 tokens were asked for: each piece has 100, and what it has come to is told before more of it is read.
  expect(covered).toEqual([PROMPT + 50, PROMPT + 1124, PROMPT + 2224, PROMPT + 3324]);
  expect(sent).toHaveLength(23);
  expect(isClosed).toBe(true);
  expect(settled).toEqual([{ used: PROMPT + 2300, isTurn: true }]);
});

test("S14: an answer that ends beyond what was set aside is whole, and counted", async () => {
  const { scope, settled, covered } = openScope(PROMPT + 50);
  await run(scope, [[{ type: "start" }], [{ type: "text-delta", text: "x".repeat(400) }, finish(70, 100)]]);
  expect(covered).toEqual([PROMPT + 50]);
  expect(settled).toEqual([{ used: 170, isTurn: true }]);
});

test("a turn that is taken over counts on from what it had used", async () => {
  const { scope, settled, covered } = openScope();
  const admission = readmit(scope, { tokens: 900, used: 100, since: 5 });
  for await (const _ of models([[{ type: "start" }, finish(20, 3)]]).call(admission, REQUEST));
  admission.settle();
  expect([settled, covered]).toEqual([[{ used: 123, isTurn: true }], [100 + PROMPT + 50]]);
});

test("S14: no code reaches a model without an admission", () => {
  const { call } = models([]);
  // @ts-expect-error: what was not admitted is no admission.
  const forged: Admission = { cover: () => null, note() {}, settle() {}, withdraw() {} };
  // @ts-expect-error: a request alone is not enough.
  const unadmitted = () => call(REQUEST);
  expect([forged, unadmitted]).toHaveLength(2);
  // Types can be talked out of it; so who opens admissions, and who holds a model that takes none, is listed.
  expect(filesThat(/openAdmission/u)).toEqual(["lib/core/admission.ts", "lib/core/admitted.ts"]);
  const unadmitting =
    /openModels\(|callOpenAI\(|callThroughPackage\(|callChatCompletions\(|callProviderOf\(|embedThrough\(|callDemo\b/u;
  expect(filesThat(unadmitting)).toEqual([
    "lib/model/ai-sdk.ts",
    "lib/model/chat-completions.ts",
    "lib/model/demo.ts",
    "lib/model/embeddings.ts",
    "lib/model/models.ts",
    "lib/model/provider-call.ts",
    "lib/server/added-providers.ts",
    "lib/server/open-parley.ts",
  ]);
  expect(filesThat(/admitting\(/u)).toEqual([
    "lib/core/admission.ts",
    "lib/server/account-models.ts",
    "lib/server/open-parley.ts",
  ]);
});

/** The files of the app, without tests and what was generated, whose text matches. */
function filesThat(pattern: RegExp): string[] {
  return ["lib", "app", "components"]
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)))
    .filter((file) => /(?<!\.test)\.tsx?$/u.test(file) && !/\/(?:generated|testing)\//u.test(file))
    .filter((file) => pattern.test(readFileSync(file, "utf8")))
    .sort();
}

const OPEN: OpenModels = {
  async *call() {},
  defaultModel: "m",
  smallModel: "m",
  isDemo: false,
  list: async () => [],
  mayAsk: async () => true,
  embedding: null,
};

const models = (batches: readonly (readonly ModelEvent[])[]) =>
  admitting({
    ...OPEN,
    async *call() {
      yield* batches;
    },
  });

/** Makes one call that is admitted, and settles it. */
async function run(scope: Asking, call: CallModel | readonly (readonly ModelEvent[])[]) {
  const open = typeof call === "function" ? admitting({ ...OPEN, call }) : models(call);
  const admission = await admit(scope, { isTurn: true, tokens: callTokens(MESSAGES, REQUEST.settings) });
  try {
    for await (const _ of open.call(admission, REQUEST));
  } finally {
    admission.settle();
  }
}

/** Somebody with a limit of tokens, and what its limits and the book hear. */
function openScope(limit = Number.POSITIVE_INFINITY) {
  const [settled, covered, spent]: [object[], number[], Spent[]] = [[], [], []];
  const reservation = {
    cover(tokens: number) {
      covered.push(tokens);
      return tokens > limit ? Promise.reject(new ChatError("rate-limited", "The limit is reached")) : null;
    },
    settle: (used: number, isTurn: boolean) => void settled.push({ used, isTurn }),
  };
  const scope: Asking = {
    accountId: "a",
    keyId: "k",
    limits: { admit: async () => reservation, resume: () => reservation, mostAtOnce: null },
    onSpent: (one) => void spent.push(one),
  };
  return { scope, settled, covered, spent };
}
