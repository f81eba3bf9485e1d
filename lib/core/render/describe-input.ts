import type { Agent, User } from "../../domain/agent.ts";
import type { DocHit } from "../../domain/doc.ts";
import type { Message, NewMessage } from "../../domain/message.ts";
import type { ModelSettings } from "../../domain/model.ts";
import type { Session, SessionReplacement } from "../../domain/session.ts";
import type { Tool } from "../../domain/tool.ts";

/** What a prompt is made of. */
export type DescribeInput = {
  readonly session: Session;
  readonly agent: Agent;
  readonly agents: readonly Agent[];
  readonly users: readonly User[];
  readonly tools: readonly Tool[];
  /** What was recalled, best first. */
  readonly docs: readonly DocHit[];
  readonly settings: ModelSettings;
  /** What the caller gives templates as `metadata`; absent when it gives none. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** What stands for the messages before `line`. */
  readonly summary: SessionReplacement | null;
  /** The active line, oldest first, from where its summary ends or from where more would not fit. */
  readonly line: readonly Message[];
  readonly input: readonly NewMessage[];
  readonly recallTools: boolean;
  /** The first position that `line` was read from. */
  readonly from: number;
  readonly budget: number | null;
  readonly overflow: "refuse" | "truncate";
};
