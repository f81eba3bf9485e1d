import type { Api } from "./api.ts";

/** How the tests of all dialects ask through one of them: `fixtures/way.ts` in its folder. */
export type Way = {
  /** Asks an agent, as a stream; gives the response as it comes, and the session where the turn has one. */
  readonly ask: (
    api: Api,
    agentId: string,
    text: string,
  ) => Promise<{ readonly response: Response; readonly sessionId: () => Promise<string | null> }>;
  /** Whether what was said stays in a session. */
  readonly stores: boolean;
  /** Whether what was said until its caller left stays. */
  readonly keepsPartial: boolean;
  /** Whether the question of a turn that failed stays. */
  readonly keepsFailed: boolean;
};
