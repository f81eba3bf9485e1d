import { SAMPLE_QUESTION, samplePost, sampleSession } from "../sample-call.ts";

/** Makes a session with an agent and asks in it. */
export function julepSample(agentId: string | null): string | null {
  if (agentId === null) return null;
  const messages = [{ role: "user", content: SAMPLE_QUESTION }];
  return [
    sampleSession(samplePost("/api/sessions", { agent: agentId }), "id"),
    samplePost("/api/sessions/$SESSION/chat", { messages, stream: true }),
  ].join("\n\n");
}
