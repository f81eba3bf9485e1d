import { isImage } from "../../domain/file.ts";
import type { PromptMessage, ReadyMessage, ReadyPart } from "../../domain/model.ts";
import type { ReadyFiles } from "./ready-parts.ts";

type UserMessage = Extract<PromptMessage, { role: "user" }>;

/** Whether messages are as a model gets them: none has a file. */
export const isReady = (messages: readonly PromptMessage[]): messages is readonly ReadyMessage[] =>
  messages.every((message) => message.role !== "user" || message.parts.every((part) => part.type !== "file"));

/** Whether messages hold an image. */
export const hasImages = (messages: readonly PromptMessage[]): boolean =>
  messages.some(
    (message) =>
      message.role === "user" &&
      message.parts.some((part) => part.type === "image" || (part.type === "file" && isImage(part.mediaType))),
  );

/** Messages with the content of their files. The latest come first to what room there is for images. */
export async function readyMessages(
  messages: readonly PromptMessage[],
  files: ReadyFiles,
): Promise<readonly ReadyMessage[]> {
  if (isReady(messages)) return messages;
  const ready: ReadyMessage[] = [];
  for (const message of messages.toReversed()) {
    ready.push(message.role === "user" ? await readyMessage(message, files) : message);
  }
  return ready.reverse();
}

async function readyMessage(message: UserMessage, files: ReadyFiles): Promise<ReadyMessage> {
  const parts: ReadyPart[] = [];
  let hasWords = false;
  for (const part of message.parts) {
    const made = part.type === "file" ? await files(part) : part;
    hasWords ||= part.type === "file" && made.type === "text";
    parts.push(made);
  }
  return { ...message, parts: hasWords ? joined(parts) : parts };
}

/** Neighbouring texts as one: some servers take a message of words only as one text. */
function joined(parts: readonly ReadyPart[]): ReadyPart[] {
  const joining: ReadyPart[] = [];
  for (const part of parts) {
    const last = joining.at(-1);
    if (last?.type === "text" && part.type === "text") {
      joining[joining.length - 1] = { type: "text", text: `${last.text}\n\n${part.text}` };
    } else joining.push(part);
  }
  return joining;
}
