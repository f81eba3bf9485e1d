/** What a call of a tool is held to. */
export const TOOL_LIMITS = {
  /** Any tool, in milliseconds. */
  runMs: 60_000,
  /** Characters of a result as JSON. */
  outputCharacters: 256 * 1024,
  /** An HTTP request that says nothing of it, in milliseconds. */
  apiCallMs: 10_000,
  /** The most that an HTTP request may say. */
  longestApiCallMs: 30_000,
} as const;
