import type { DocHit } from "../../domain/doc.ts";
import type { PromptMessage } from "../../domain/model.ts";
import type { Session } from "../../domain/session.ts";
import type { PromptRecipe } from "../../domain/turn-policy.ts";
import type { RenderTemplate } from "../scope.ts";
import type { DescribeInput } from "./describe-input.ts";
import { type Fitted, fit } from "./fit.ts";
import { promptLine } from "./line.ts";
import { numberedPassages } from "./passages.ts";
import { PLAIN_TEMPLATE } from "./templates.ts";
import { type Described, variables } from "./variables.ts";

export type Description = {
  readonly messages: readonly PromptMessage[];
  /** About how many tokens it would have had with nothing dropped. */
  readonly size: number;
  /** So many messages at its end are new. */
  readonly fresh: number;
  /** Whether it tells what was recalled by numbers, so that an answer can name them. */
  readonly numbersPassages: boolean;
  /** What the prompt was made of, kept with the run. */
  readonly recipe: PromptRecipe;
};

const summaryText = (text: string): string => `Summary of the conversation so far:\n${text}`;

/**
 * Assembles what the model sees: system template, past messages, new messages. A turn sends it and render shows it.
 *
 * Throws "bad-request" for a template that fails and "prompt-too-big" for a prompt over its budget.
 */
export async function describe(renderTemplate: RenderTemplate, input: DescribeInput): Promise<Description> {
  const template = input.session.systemTemplate ?? input.agent.systemTemplate;
  const isSilent =
    template === PLAIN_TEMPLATE &&
    input.agent.instructions.length === 0 &&
    input.session.situation === null &&
    input.docs.length === 0;
  const system = isSilent ? "" : await renderSystem(renderTemplate, template, input);
  const { from, budget, overflow } = input;
  const recipe = { system, summary: input.summary?.text ?? null, from, budget, overflow };
  const { messages, size, fresh, dropped } = assemble(recipe, input);
  const numbersPassages = isNumbering(template, input.docs);
  return { messages, size, fresh, numbersPassages, recipe: { ...recipe, dropped } };
}

/**
 * Only our own template tells passages by their numbers: what others write, and a contract has, is filled in as it is.
 */
const isNumbering = (template: string, docs: readonly DocHit[]): boolean =>
  template === PLAIN_TEMPLATE && docs.length > 0;

/** The system text of a template. Throws "bad-request" for one that fails. */
export async function renderSystem(
  renderTemplate: RenderTemplate,
  template: string,
  input: Described & { readonly session: Pick<Session, "id"> },
): Promise<string> {
  if (!isNumbering(template, input.docs)) return renderTemplate(template, variables(input));
  const passages = numberedPassages(input.docs, input.session.id);
  return `${await renderTemplate(template, variables(input, passages))}\n${passages.rule}\n`;
}

/**
 * Puts a prompt together by its recipe: the same from the same messages, whoever does it. Throws as `describe` does.
 */
export function assemble(
  { system, summary, budget, overflow }: Omit<PromptRecipe, "dropped">,
  { line, input, recallTools }: Pick<DescribeInput, "line" | "input" | "recallTools">,
): Fitted & Pick<Description, "fresh"> {
  const { past, fresh } = promptLine(line, input, recallTools);
  const head = [...systemMessage(system), ...summaryMessage(summary)];
  return { ...fit({ system: head, past, fresh }, budget, overflow), fresh: fresh.length };
}

/** The message that a prompt begins with; none for a text that says nothing. */
export const systemMessage = (text: string): PromptMessage[] => (text.trim() === "" ? [] : [{ role: "system", text }]);

/** The message that stands for what was said before; none where nothing does. */
export const summaryMessage = (summary: string | null): PromptMessage[] =>
  summary === null ? [] : [{ role: "system", text: summaryText(summary) }];
