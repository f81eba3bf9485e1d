import { SAMPLE_QUESTION, samplePost } from "../sample-call.ts";

/** A streamed answer of an agent as a bot. */
export const botsSample = (agentId: string | null): string | null =>
  agentId === null ? null : samplePost("/v1/chat", { bot_uid: agentId, prompt: SAMPLE_QUESTION, stream: true });
