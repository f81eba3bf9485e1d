import { llamacloudFailure } from "./errors.ts";

/** LlamaCloud's beta chat as a surface: a key, or the cookie of our own pages. */
export const llamacloud = {
  name: "llamacloud",
  credentials: "key-or-guest",
  cors: true,
  // A prompt of 200,000 characters has at most 1.2 MB as JSON.
  bodyLimitBytes: 4 * 1024 * 1024,
  failure: llamacloudFailure,
} as const;

export { decodeCursor, decodeTurn, encodeCursor, inProject, projectOf, turnIndexes } from "./decode.ts";
export { encodeEvents, encodePage, encodeSummary } from "./encode.ts";
export { CreateBody, FollowQuery, ListQuery, PatchBody, ScopeQuery, StreamBody, TitleBody } from "./schema.ts";
export { llamacloudFrames } from "./stream.ts";
