import { writeDraft } from "./draft";

// Where what is written as the result of a call is kept until the server has it.

export const textDraft = (callId: string): string => `call:${callId}`;
export const fieldDraft = (callId: string): string => `call-fields:${callId}`;

/** The server has the result of a call. */
export function forgetCall(callId: string): void {
  for (const draft of [textDraft(callId), fieldDraft(callId)]) writeDraft(draft, "");
}
