import type { Surface } from "../dialect.ts";
import { webFailure } from "./errors.ts";
import { webPolicy } from "./policy.ts";

/**
 * The web app's own routes: a cookie of our pages, or a key; no other origins. Not a dialect: its chats speak
 * LlamaCloud's, by rules of its own.
 */
export const web = {
  name: "web",
  prefixes: ["/api/app", "/api/metrics", "/api/openapi.json"],
  credentials: "key-or-guest",
  isOfOneAgent: false,
  cors: false,
  bodyLimitBytes: 256 * 1024,
  policy: webPolicy,
  failure: webFailure,
} satisfies Surface;

export { decodeAgent, decodeAgentPatch, decodeProvider, decodeProviderPatch } from "./decode.ts";
export {
  encodeAgent,
  encodeApiKey,
  encodeBranches,
  encodeChanges,
  encodeFile,
  encodeListedAgent,
  encodeModels,
  encodeProvider,
  encodeSignIn,
} from "./encode.ts";
export { encodeContext, type TurnContext } from "./encode-context.ts";
export { accountLines, sessionJson } from "./export.ts";
export { sessionMarkdown } from "./export-markdown.ts";
export {
  AgentIndexesBody,
  AskBody,
  DocBody,
  DocsQuery,
  DocUploadQuery,
  encodeDocument,
  encodeFound,
  encodeIndexDetails,
  encodeListed,
  encodePassage,
  IndexBody,
  IndexPatch,
  OffsetQuery,
  ownerIn,
  PAGE,
  PassageQuery,
} from "./knowledge.ts";
export {
  AccountBody,
  AgentBody,
  AgentListQuery,
  AgentPatch,
  BranchBody,
  BranchesQuery,
  ChangesQuery,
  ContextQuery,
  DeleteAccountBody,
  ExportQuery,
  OutlineQuery,
  PasswordBody,
  ProviderBody,
  ProviderPatch,
  TurnsQuery,
  UploadQuery,
  UsageQuery,
} from "./schema.ts";
export { encodeSearch, type SearchAnswer, SearchBody, type SearchedSession, type SearchHit } from "./search.ts";
export { encodeTool, ToolInput } from "./tools.ts";
export { encodeOutline, encodeWindow, type Outline, type SessionWindow } from "./window.ts";
