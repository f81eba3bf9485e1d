import type { CallModel, EmbedTexts, ModelEvent, ModelRequest, ModelSettings, PromptMessage } from "../domain/model.ts";
import { tokenCount } from "../domain/token-count.ts";
import type { Spender } from "../domain/usage.ts";
import { type Admission, openAdmission, type Work } from "./admitted.ts";
import { approximateTokens, promptTokens } from "./render/tokens.ts";
import type { Models, Scope } from "./scope.ts";

// The one way to a model: who calls one shows an admission.

/** Who asks, as far as it matters to who pays. */
export type Asking = Pick<Scope, "accountId" | "limits" | "onSpent" | "keyId" | "stranger">;

/** Asks the limits for work that is about to begin. Throws "rate-limited", and has then counted nothing. */
export async function admit(scope: Asking, work: Work): Promise<Admission> {
  const { isTurn, tokens, endUserHash } = work;
  const reservation = (await scope.limits?.admit({ isTurn, tokens, endUserHash })) ?? null;
  return openAdmission(spenderOf(scope, work), { reservation, used: 0, onSpent: scope.onSpent });
}

/** Goes on with work for which `tokens` are set aside since `since`, in ms since 1970, of which so many are used. */
export function readmit(
  scope: Asking,
  work: Omit<Work, "isTurn"> & { readonly used: number; readonly since: number },
): Admission {
  const { tokens, endUserHash, since, used } = work;
  const reservation = scope.limits?.resume({ tokens, endUserHash, since }) ?? null;
  return openAdmission(spenderOf(scope, work), { reservation, used, onSpent: scope.onSpent });
}

const spenderOf = (
  { accountId, keyId = null, stranger = null }: Asking,
  { agentId, endUserHash }: Pick<Work, "agentId" | "endUserHash">,
): Spender => ({
  accountId,
  keyId: stranger === null ? keyId : null,
  agentId: agentId ?? null,
  endUserHash: endUserHash ?? null,
  isStranger: stranger !== null,
});

/** Tokens that an answer is expected to take where nobody says how long it may be. */
const ANSWER_TOKENS = 1024;

const answerTokens = ({ maxTokens }: Pick<ModelSettings, "maxTokens">): number => maxTokens ?? ANSWER_TOKENS;

/** What a model call may take: its prompt and the longest answer. */
export const callTokens = (
  messages: readonly PromptMessage[],
  { maxTokens }: Pick<ModelSettings, "maxTokens">,
): number => promptTokens(messages) + answerTokens({ maxTokens });

/** What embedding texts may take. */
export const textTokens = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + approximateTokens(text), 0);

/** Models that anybody may call. */
export type OpenModels = Omit<Models, "call" | "embedding"> & {
  readonly call: CallModel;
  readonly embedding: { readonly model: string; readonly embed: EmbedTexts } | null;
};

/** The models as the core may call them: every call shows an admission, is covered by it and counted in it. */
export function admitting(models: OpenModels): Models {
  const { embedding } = models;
  return {
    ...models,
    call: (admission, request) => ({ [Symbol.asyncIterator]: () => countedCall(models.call, admission, request) }),
    embedding: embedding && {
      model: embedding.model,
      embed: (admission, texts, options) => countedEmbed(embedding.embed, admission, texts, options),
    },
  };
}

/**
 * An answer that grows beyond what was set aside for it sets aside more, and ends with "rate-limited" where there is
 * none.
 *
 * By hand and no generator: each would cost every batch of tokens a few more turns of the event loop's queue.
 */
function countedCall(
  call: CallModel,
  admission: Admission,
  request: ModelRequest,
): AsyncIterator<readonly ModelEvent[], void> {
  const count = callCount(admission, request);
  const prompt = promptTokens(request.messages);
  /** Tokens of the answer that are set aside. */
  let covered = answerTokens(request.settings);
  let refusal: unknown = null;
  let events: AsyncIterator<readonly ModelEvent[]> | null = null;
  type Read = IteratorResult<readonly ModelEvent[], void>;
  const read = (result: IteratorResult<readonly ModelEvent[]>): Read | Promise<Read> => {
    if (result.done) {
      count.end();
      return { done: true, value: undefined };
    }
    for (const event of result.value) count.add(event);
    return count.isBeyond(covered) ? coverMore(result) : result;
  };
  const coverMore = async (result: Read): Promise<Read> => {
    covered = count.output() + ANSWER_TOKENS;
    try {
      await admission.cover(prompt + covered);
    } catch (thrown) {
      // What has come is handed on, for it is paid for.
      refusal = thrown;
    }
    return result;
  };
  const fail = (thrown: unknown): never => {
    count.end();
    throw thrown;
  };
  const refuse = async (): Promise<never> => {
    await events?.return?.();
    return fail(refusal);
  };
  async function begin() {
    await admission.cover(prompt + covered);
    // A caller that ends the call does not always look at it once more.
    request.signal.addEventListener("abort", count.end, { once: true });
    events = call(request)[Symbol.asyncIterator]();
    return events.next().then(read, fail);
  }
  return {
    next() {
      if (refusal !== null) return refuse();
      return events === null ? begin() : events.next().then(read, fail);
    },
    async return() {
      count.end();
      await events?.return?.();
      return { done: true, value: undefined };
    },
  };
}

/**
 * Counts one call: by what the provider says of it, else by its texts. A call that was never accepted costs nothing.
 */
function callCount(admission: Admission, request: ModelRequest) {
  const { messages, purpose, signal } = request;
  let isAccepted = false;
  let isNoted = false;
  let usage: Extract<ModelEvent, { type: "finish" }>["usage"] | null = null;
  let said = 0;
  let [streamed, called] = [0, 0];
  const output = (): number => Math.ceil((said + Math.max(streamed, called)) / 4);
  const end = (): void => {
    signal.removeEventListener("abort", end);
    if (isNoted || !isAccepted) return;
    isNoted = true;
    // Whatever a provider says, limits are counted in whole tokens.
    const [told, toldOutput] = [tokenCount(usage?.inputTokens), tokenCount(usage?.outputTokens)];
    admission.note(purpose, told ?? promptTokens(messages), toldOutput ?? output());
  };
  return {
    end,
    /** The tokens of the answer so far, by its texts. */
    output,
    /** Whether the answer has more tokens, and goes on. */
    isBeyond: (tokens: number): boolean => usage === null && output() > tokens,
    add(event: ModelEvent): void {
      isAccepted ||= event.type !== "notice";
      if (event.type === "text-delta" || event.type === "reasoning-delta") said += event.text.length;
      // Arguments come in pieces, at once, or both ways.
      else if (event.type === "tool-input-delta") streamed += event.text.length;
      else if (event.type === "tool-call") called += event.input.length;
      else if (event.type === "finish") usage = event.usage;
    },
  };
}

const TEXTS_PER_CALL = 100;

async function countedEmbed(
  embed: EmbedTexts,
  admission: Admission,
  texts: readonly string[],
  options: Parameters<EmbedTexts>[1],
): Promise<readonly (readonly number[])[]> {
  const vectors: (readonly number[])[] = [];
  for (let from = 0; from < texts.length; from += TEXTS_PER_CALL) {
    const some = texts.slice(from, from + TEXTS_PER_CALL);
    await admission.cover(textTokens(some));
    const embedded = await embed(some, options).catch((thrown) => {
      // Who gave up waiting does not know what the provider went on to do.
      if (options.signal.aborted) admission.note("embedding", textTokens(some), 0);
      throw thrown;
    });
    admission.note("embedding", tokenCount(embedded.tokens) ?? textTokens(some), 0);
    vectors.push(...embedded.vectors);
  }
  return vectors;
}
