import type { NewMessage, Part } from "../../domain/message.ts";
import { storable } from "../../domain/text.ts";
import type { RenderTemplate } from "../scope.ts";
import type { DescribeInput } from "./describe-input.ts";
import { variables } from "./variables.ts";

/**
 * New messages with the templates in them rendered: in text and image addresses of system and assistant messages. What
 * a user or a tool says is taken as it is.
 *
 * Throws "bad-request" for a template that fails.
 */
export async function renderInput(
  renderTemplate: RenderTemplate,
  messages: readonly NewMessage[],
  about: DescribeInput,
): Promise<NewMessage[]> {
  const values = variables(about);
  // Text without a brace holds no template.
  const renderText = async (text: string): Promise<string> =>
    text.includes("{") ? storable(await renderTemplate(text, values)) : text;
  const renderPart = async (part: Part): Promise<Part> => {
    if (part.type === "text") return { ...part, text: await renderText(part.text) };
    if (part.type === "image") return { ...part, url: await renderText(part.url) };
    return part;
  };
  const rendered: NewMessage[] = [];
  for (const message of messages) {
    const isRendered = message.role === "system" || message.role === "assistant";
    const parts: Part[] = [];
    // One after the other: a request has one template at work or waiting, however many it holds.
    for (const part of message.parts) parts.push(isRendered ? await renderPart(part) : part);
    rendered.push(isRendered ? { ...message, parts } : message);
  }
  return rendered;
}
