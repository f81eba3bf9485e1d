import type { TakenTurn } from "../../core/turn/taken-turn.ts";
import type { Dialect } from "../dialect.ts";
import { decodeTurn } from "./decode.ts";
import { type ChatExtras, encodeChat } from "./encode.ts";
import { julepFailure } from "./errors.ts";
import { julepPolicy } from "./policy.ts";
import { julepSample } from "./samples.ts";
import type { ChatInput } from "./schema.ts";
import { julepFrames } from "./stream.ts";

/** A chat in a session. */
type Asked = { readonly sessionId: string; readonly body: ChatInput };

/** Julep's sessions API: a key only, from pages of any origin. */
export const julep = {
  name: "julep",
  label: "Julep",
  prefixes: ["/api", "/sessions"],
  credentials: "key",
  isOfOneAgent: false,
  cors: true,
  bodyLimitBytes: 1024 * 1024,
  policy: julepPolicy,
  decode: ({ sessionId, body }) => [decodeTurn(sessionId, body)],
  isStream: ({ body }) => body.stream,
  begins: "accepted",
  status: 201,
  stopIsAnswer: true,
  frames: ([turn], { first, isStopped }) =>
    julepFrames(turn, { runId: first.runId, isStopped, extras: extrasOf(first) }),
  answer: ([{ taken, events, last }]) => encodeChat(taken.runId, events, last, extrasOf(taken)),
  failure: julepFailure,
  reference: async () => (await import("./reference.ts")).julepReference,
  sample: julepSample,
} satisfies Dialect<Asked>;

/** The most bytes of a body with messages or documents: images travel as data URLs. */
export const JULEP_LARGE_BODY_BYTES = 8 * 1024 * 1024;

const extrasOf = ({ docs, jobIds }: Pick<TakenTurn, "docs" | "jobIds">): ChatExtras => ({ docs, jobs: jobIds });

export {
  decodeAgent,
  decodeAgentPatch,
  decodeDoc,
  decodePage,
  decodeParticipants,
  decodePolicy,
  decodeRequest,
  decodeSearch,
  decodeSession,
  decodeSessionPatch,
  decodeUser,
  decodeUserPatch,
  pathId,
} from "./decode.ts";
export {
  encodeAgent,
  encodeDeleted,
  encodeDoc,
  encodeHistory,
  encodeHit,
  encodeJob,
  encodeProject,
  encodeRender,
  encodeSession,
  encodeUser,
  SHOWN_SOURCES,
} from "./encode.ts";
export {
  AgentBody,
  AgentPatch,
  BulkDeleteBody,
  ChatInput,
  CreateSessionBody,
  DocBody,
  DocListQuery,
  DocQuery,
  EmbedBody,
  HistoryQuery,
  ListQuery,
  ProjectBody,
  SearchBody,
  SessionBody,
  SessionPatch,
  UserBody,
  UserPatch,
} from "./schema.ts";
export { CreateTool, decodeToolPatch, encodeToolFor, ToolPatch, toolPage } from "./tools.ts";
