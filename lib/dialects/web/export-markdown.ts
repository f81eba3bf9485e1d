import { exactJson } from "../../domain/exact-numbers.ts";
import { sizeInWords } from "../../domain/file.ts";
import type { Message, Part } from "../../domain/message.ts";
import type { Session } from "../../domain/session.ts";

// A session for people who read it elsewhere: the line that is shown, without what only a program needs.

/** Piece by piece. `lines`: its messages, oldest first. */
export async function* sessionMarkdown(
  session: Session,
  lines: AsyncIterable<readonly Message[]>,
  now: Date,
): AsyncGenerator<string, void> {
  yield head(session, now);
  let before: Message | null = null;
  for await (const page of lines) {
    const texts: string[] = [];
    for (const message of page) {
      texts.push(messageText(message, before));
      before = message;
    }
    yield texts.join("");
  }
}

const time = (date: Date): string => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;

function head(session: Session, now: Date): string {
  const models = session.lastRun?.model ?? null;
  return [
    `# ${inLine(session.title ?? "New session")}\n`,
    `- Begun ${time(session.createdAt)}`,
    `- Exported ${time(now)}`,
    ...(models === null ? [] : [`- Answered last by ${inLine(models)}`]),
    "",
  ].join("\n");
}

/** A message under its heading; what follows in the same turn stands under the first. */
function messageText(message: Message, before: Message | null): string {
  const isSameSpeaker = before !== null && speaker(before) === speaker(message) && before.runId === message.runId;
  const heading = isSameSpeaker ? "" : `\n## ${speakerWords(message)}, ${time(message.createdAt)}\n`;
  return heading + partsText(message.parts);
}

/** What tools gave belongs to the answer that asked for it. */
const speaker = ({ role }: Message): string => (role === "tool" ? "assistant" : role);

function speakerWords({ role, name, model }: Message): string {
  if (role === "user") return name === null ? "You" : inLine(name);
  if (role === "system") return "System";
  return model === null ? "Answer" : `Answer by ${inLine(model)}`;
}

function partsText(parts: readonly Part[]): string {
  const blocks: string[] = [];
  for (const part of parts) {
    const said = partText(part);
    if (said === "") continue;
    if (part.type === "text" && part.continues) blocks.push(`${blocks.pop() ?? ""}${said}`);
    else blocks.push(said);
  }
  return blocks.map((block) => `\n${block}\n`).join("");
}

function partText(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "image":
      return /^https?:/u.test(part.url)
        ? `![Image](<${part.url.replaceAll(/[<>\s]/gu, encodeURIComponent)}>)`
        : "*Image*";
    case "file":
      return `*File: ${inLine(part.name)}, ${sizeInWords(part.size)}*`;
    case "reasoning":
      return part.text === "" ? "" : folded("Thoughts", fenced(part.text, "text"));
    case "tool-call":
      return folded(`Called ${part.name}`, fenced(readable(part.input), "json"));
    case "tool-result":
      return folded(`${part.name} ${part.isError ? "failed" : "answered"}`, fenced(readable(part.output), "json"));
    case "notice":
      return `*${inLine(part.text)}*`;
    case "provider-data":
      return "";
    default:
      part satisfies never;
      return "";
  }
}

/** JSON on several lines, with its numbers as they were written. */
const readable = (value: unknown): string => JSON.stringify(JSON.parse(exactJson(value)), null, 2);

const folded = (title: string, body: string): string =>
  `<details>\n<summary>${inLine(title)}</summary>\n\n${body}\n\n</details>`;

/** Text in a fence that nothing in it can close. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Text as part of a line of Markdown, in which nothing of it is a sign of Markdown or HTML. */
const inLine = (text: string): string =>
  text
    .replaceAll(/\s+/gu, " ")
    .trim()
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_[\]#|~]/gu, "\\$&");
