import { julepFailure } from "./errors.ts";

/** Julep's sessions API as a surface: a key only, from pages of any origin. */
export const julep = {
  name: "julep",
  credentials: "key",
  cors: true,
  // Images travel in messages as data URLs.
  bodyLimitBytes: 8 * 1024 * 1024,
  failure: julepFailure,
} as const;

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
  decodeTurn,
  decodeUser,
  decodeUserPatch,
  pathId,
} from "./decode.ts";
export {
  encodeAgent,
  encodeChat,
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
export { julepFailure } from "./errors.ts";
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
export { julepFrames } from "./stream.ts";
export { CreateTool, decodeToolPatch, encodeStoredTool, ToolPatch, toolPage } from "./tools.ts";
