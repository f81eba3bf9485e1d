import type { SeenMessage, SeenStop } from "./ledger.ts";
import { tagsOf } from "./texts.ts";

// What sessions look like from outside.

/** LlamaCloud's events, as far as they are looked at. */
export type LlamaEvent = {
  readonly type: string;
  readonly content?: string;
  readonly is_error?: boolean;
  readonly error?: string | null;
  readonly status?: string;
  readonly message_id?: string;
  readonly run_id?: string;
};

/** A turn as a session's history shows it. */
export type SeenTurn = {
  readonly runId: string;
  readonly questions: readonly string[];
  readonly answer: string;
  readonly stop: SeenStop | null;
};

/** The tag of the question of a turn; empty where it has none. */
export const tagOf = ({ questions }: SeenTurn): string => tagsOf(questions[0] ?? "")[0] ?? "";

/** The messages of LlamaCloud's retrieve with `event_ids=1`, and its turns, in order. */
export function retrieved(body: string): { readonly messages: SeenMessage[]; readonly turns: SeenTurn[] } {
  const { events }: { events: LlamaEvent[] } = JSON.parse(body);
  const turns: SeenTurn[] = [];
  for (const runId of new Set(events.map(({ run_id }) => run_id ?? ""))) {
    const own = events.filter(({ run_id }) => run_id === runId);
    const questions = own.flatMap(({ type, content }) => (type === "user_input" ? [content ?? ""] : []));
    const answer = own.map(({ type, content }) => (type === "text" ? content : "")).join("");
    const last = own.find(({ type }) => type === "stop");
    const tag = tagsOf(questions[0] ?? "")[0] ?? "";
    const stop = last
      ? { runId, tag, status: last.status ?? "", error: last.is_error ? (last.error ?? "") : null }
      : null;
    turns.push({ runId, questions, answer, stop });
  }
  const committed = new Set(turns.flatMap(({ runId, stop }) => (stop ? [runId] : [])));
  const messages = events.flatMap(({ type, message_id: id, content = "", run_id }): SeenMessage[] => {
    if (id === undefined || (type !== "user_input" && type !== "text")) return [];
    const role = type === "text" ? "assistant" : "user";
    const tag = role === "user" ? (tagsOf(content)[0] ?? null) : null;
    return [{ id, role, text: content, tag, isCommitted: committed.has(run_id ?? "") }];
  });
  return { messages, turns };
}

/** The messages of Julep's history, in order. */
export function historyOf(body: string): SeenMessage[] {
  type Entry = { readonly id: string; readonly role: string; readonly content: readonly { readonly text?: string }[] };
  const { entries }: { entries: Entry[] } = JSON.parse(body);
  return entries.map(({ id, role, content }) => {
    const text = content.map((part) => part.text ?? "").join("");
    return { id, role, text, tag: role === "user" ? (tagsOf(text)[0] ?? null) : null, isCommitted: true };
  });
}
