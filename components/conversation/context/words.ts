import type { TurnContext } from "@/lib/dialects/web/index.ts";
import { formatNumber } from "../../numbers";

export type ContextItem = TurnContext["items"][number];
export type ContextPart = TurnContext["parts"][number];

const TITLES: Readonly<Record<ContextPart["part"], string>> = {
  system: "System",
  docs: "Documents",
  tools: "Tools",
  summary: "Summary",
  past: "Messages",
  new: "Question",
  steps: "This turn so far",
};

export const titleOfPart = ({ part }: ContextPart): string => TITLES[part];

const counted = (count: number, one: string, many: string): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;

/** What a part is, in a line under its title. */
export function lineOfPart({ part, count }: ContextPart, { dropped, summarised_upto }: TurnContext): string {
  switch (part) {
    case "system":
      return "instructions, with what the template adds";
    case "docs":
      return `${counted(count, "piece", "pieces")} found, in the system text`;
    case "tools":
      return counted(count, "schema", "schemas");
    case "summary":
      return `stands for messages 1–${formatNumber(summarised_upto ?? 0)}`;
    case "past":
      return dropped === 0 ? "all kept" : `${formatNumber(dropped)} dropped, the others kept`;
    case "new":
      return counted(count, "new message", "new messages");
    case "steps":
      return "what it had said, and what its tools gave";
  }
}

const CHANGES: Readonly<Record<TurnContext["changes"][number], string>> = {
  "agent-changed": "The agent has changed since.",
  "agent-gone": "The agent has been deleted since.",
  "user-changed": "What is known of the person has changed since.",
  "doc-gone": "A document has been deleted since.",
  "tool-changed": "A tool has changed or gone since.",
  "summary-gone": "The summary is no longer there.",
  request: "What came with the request alone is not kept, or the session's settings have changed.",
};

export const wordsOfChanges = (changes: TurnContext["changes"]): string =>
  [...changes.map((change) => CHANGES[change]), "Texts that differ are marked; the tokens are those of then."].join(
    " ",
  );

const WAYS: Readonly<Record<NonNullable<TurnContext["recall"]>["mode"], string>> = {
  text: "by words alone",
  vector: "by likeness",
  hybrid: "by words and by likeness",
};

/** How documents were looked for, and why so: in a line. */
export const wordsOfRecall = ({ mode, note }: NonNullable<TurnContext["recall"]>): string =>
  [`Documents were looked for ${WAYS[mode]}.`, ...(note === null ? [] : [note])].join(" ");

const ROLES: Readonly<Record<NonNullable<ContextItem["role"]>, string>> = {
  system: "system",
  user: "person",
  assistant: "answer",
  tool: "tool result",
};

/** What an item is called, and of what kind it is. */
export function namesOf({ part, name, position, role }: ContextItem): {
  readonly title: string;
  readonly kind: string;
} {
  if (part === "docs") return { title: name ?? "A deleted document", kind: "document" };
  if (part === "tools") return { title: name ?? "A deleted tool", kind: "tool" };
  if (position === null) return { title: TITLES[part], kind: "" };
  const kind = role === null ? "" : ROLES[role];
  return { title: `Message ${formatNumber(position + 1)}`, kind: name === null ? kind : `${kind}, ${name}` };
}

/** Both counts: of the last call, guessed, and of all calls by the provider. */
export function wordsOfCounts({ budget, call_tokens, provider_tokens }: TurnContext): readonly string[] {
  const calls = call_tokens.length;
  const of = budget === null ? "" : `, of ${formatNumber(budget)} that a prompt may have`;
  const last = calls > 1 ? ` at the last of ${formatNumber(calls)} calls` : "";
  const counted = provider_tokens === null ? null : formatNumber(provider_tokens);
  return [
    `tokens in${last}, estimated${of}`,
    counted === null
      ? "The provider has not counted them."
      : `${counted} by the provider's count${calls > 1 ? `, all ${formatNumber(calls)} calls together` : ""}`,
  ];
}
