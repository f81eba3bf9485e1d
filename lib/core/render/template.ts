import { renderHere } from "./render-here.ts";
import { renderInThread } from "./template-threads.ts";
import { JULEP_TEMPLATE, PLAIN_TEMPLATE } from "./templates.ts";

const OWN: ReadonlySet<string> = new Set([JULEP_TEMPLATE, PLAIN_TEMPLATE]);

/**
 * Renders a Jinja template: trim_blocks and lstrip_blocks on, autoescape off, Python's string and list methods.
 *
 * The engine has no access to files, network or prototypes. It may take a second, 128 MB, 100,000 steps and give 1 MB of
 * text. A template of our own, and a text without any tag, costs what its variables are long and is rendered here; all
 * others in a thread that is ended when its second is over, so that nobody else waits. Throws "bad-request" with "Template
 * syntax error: …" or "Template undefined variable: …", never with the value of a variable.
 */
export async function renderTemplate(source: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
  const isHarmless = OWN.has(source) || !/\{[{%#]/u.test(source);
  return isHarmless ? renderHere(source, variables) : renderInThread(source, variables);
}
