import { assistantsFailure } from "./errors.ts";

/** OpenAI-compatible assistants as a surface: a key only, from pages of any origin. */
export const assistants = {
  name: "assistants",
  credentials: "key",
  cors: true,
  bodyLimitBytes: 4 * 1024 * 1024,
  onlyJson: true,
  failure: assistantsFailure,
} as const;

export {
  agentModel,
  checkMessages,
  decodeAssistant,
  decodeAssistantPatch,
  decodeTurns,
  ignoredNames,
} from "./decode.ts";
export type { CompletionHead } from "./encode.ts";
export { encodeAssistant, encodeAssistantPage, encodeCompletion, encodeModel, encodeModels } from "./encode.ts";
export { assistantsFailure } from "./errors.ts";
export { AssistantBody, AssistantListQuery, CompletionBody } from "./schema.ts";
export { completionFrames } from "./stream.ts";
