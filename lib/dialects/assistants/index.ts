import type { Dialect } from "../dialect.ts";
import { type CompletionCall, decodeTurns } from "./decode.ts";
import { completionHead, encodeCompletion, encodeHeaders } from "./encode.ts";
import { assistantsFailure } from "./errors.ts";
import { assistantsPolicy } from "./policy.ts";
import { assistantsSample } from "./samples.ts";
import { completionFrames } from "./stream.ts";

/** OpenAI-compatible assistants: a key only, from pages of any origin. */
export const assistants = {
  name: "assistants",
  label: "Assistants",
  prefixes: ["/api/v1/compatibility/openai/v1"],
  credentials: "key",
  isOfOneAgent: true,
  cors: true,
  bodyLimitBytes: 1024 * 1024,
  onlyJson: true,
  policy: assistantsPolicy,
  decode: decodeTurns,
  isStream: ({ body }) => body.stream ?? false,
  begins: "accepted",
  frames: async function* (turns, head, { body, model }) {
    const withUsage = body.stream_options?.include_usage ?? false;
    yield* completionFrames(turns, { ...(await completionHead(head, body, model)), withUsage, onFailure: head.hangUp });
  },
  answer: async (turns, head, { body, model }) => encodeCompletion(await completionHead(head, body, model), turns),
  headers: (_, whole) => encodeHeaders(whole ?? []),
  failure: assistantsFailure,
  reference: async () => (await import("./reference.ts")).assistantsReference,
  sample: assistantsSample,
} satisfies Dialect<CompletionCall>;

export { agentModel, checkMessages, decodeAssistant, decodeAssistantPatch, ignoredNames } from "./decode.ts";
export { encodeAssistant, encodeAssistantPage, encodeModel, encodeModels } from "./encode.ts";
export { AssistantBody, AssistantListQuery, CompletionBody } from "./schema.ts";
