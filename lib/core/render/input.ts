import type { NewMessage, Part } from "../../domain/message.ts";
import { storable } from "../../domain/text.ts";
import type { DescribeInput } from "./describe.ts";
import { renderTemplate } from "./template.ts";
import { variables } from "./variables.ts";

/**
 * New messages with the templates in them rendered: in text and image addresses of system and assistant messages. What a
 * user or a tool says is taken as it is.
 *
 * Throws "bad-request" for a template that fails.
 */
export async function renderInput(messages: readonly NewMessage[], about: DescribeInput): Promise<NewMessage[]> {
  const values = variables(about);
  const rendered: NewMessage[] = [];
  for (const message of messages) {
    const isRendered = message.role === "system" || message.role === "assistant";
    rendered.push(isRendered ? { ...message, parts: await renderParts(message.parts, values) } : message);
  }
  return rendered;
}

const renderParts = (parts: readonly Part[], values: Readonly<Record<string, unknown>>): Promise<Part[]> =>
  Promise.all(
    parts.map(async (part): Promise<Part> => {
      if (part.type === "text") return { ...part, text: await renderText(part.text, values) };
      if (part.type === "image") return { ...part, url: await renderText(part.url, values) };
      return part;
    }),
  );

// Text without a brace holds no template.
const renderText = async (text: string, values: Readonly<Record<string, unknown>>): Promise<string> =>
  text.includes("{") ? storable(await renderTemplate(text, values)) : text;
