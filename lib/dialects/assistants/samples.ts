import { SAMPLE_QUESTION, samplePost } from "../sample-call.ts";

/** A streamed completion of an agent. */
export function assistantsSample(agentId: string | null): string | null {
  if (agentId === null) return null;
  const messages = [{ role: "user", content: SAMPLE_QUESTION }];
  return samplePost(`/api/v1/compatibility/openai/v1/assistants/${agentId}/chat/completions`, {
    messages,
    stream: true,
  });
}
