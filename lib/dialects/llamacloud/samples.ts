import { SAMPLE_QUESTION, samplePost, sampleSession } from "../sample-call.ts";

/** Makes a session and asks in it: the account's default agent answers. */
export const llamacloudSample = (): string =>
  [
    sampleSession(samplePost("/api/v1/chat", {}), "session_id"),
    samplePost("/api/v1/chat/$SESSION/messages/stream", { index_ids: [], prompt: SAMPLE_QUESTION }),
  ].join("\n\n");
