import type { Agent, User } from "../../domain/agent.ts";
import type { Message, NewMessage } from "../../domain/message.ts";
import type { ModelSettings, PromptMessage } from "../../domain/model.ts";
import type { Session } from "../../domain/session.ts";
import type { Tool } from "../../domain/tool.ts";
import { fit } from "./fit.ts";
import { promptLine } from "./line.ts";
import { renderTemplate } from "./template.ts";
import { PLAIN_TEMPLATE } from "./templates.ts";
import { variables } from "./variables.ts";

export type DescribeInput = {
  readonly session: Session;
  readonly agent: Agent;
  readonly agents: readonly Agent[];
  readonly users: readonly User[];
  readonly tools: readonly Tool[];
  readonly settings: ModelSettings;
  /** What the caller gives templates as `metadata`; absent when it gives none. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The active line, oldest first. */
  readonly line: readonly Message[];
  readonly input: readonly NewMessage[];
  readonly recallTools: boolean;
  readonly budget: number | null;
  readonly overflow: "refuse" | "truncate";
};

export type Description = {
  readonly messages: readonly PromptMessage[];
  /** What the prompt was made of, kept with the run. */
  readonly recipe: { readonly system: string; readonly dropped: number };
};

/**
 * Assembles what the model sees: system template, past messages, new messages. A turn sends it and render shows it.
 *
 * Throws "bad-request" for a template that fails and "prompt-too-big" for a prompt over its budget.
 */
export async function describe(input: DescribeInput): Promise<Description> {
  const template = input.session.systemTemplate ?? input.agent.systemTemplate;
  const isSilent =
    template === PLAIN_TEMPLATE && input.agent.instructions.length === 0 && input.session.situation === null;
  const system = isSilent ? "" : await renderTemplate(template, variables(input));
  const head: PromptMessage[] = system.trim() === "" ? [] : [{ role: "system", text: system }];
  const { past, fresh } = promptLine(input.line, input.input, input.recallTools);
  const fitted = fit({ system: head, past, fresh }, input.budget, input.overflow);
  return { messages: fitted.messages, recipe: { system, dropped: fitted.dropped } };
}
