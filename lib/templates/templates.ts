import { storable } from "../domain/text.ts";
import { openRenderer } from "./render-here.ts";
import { openThreads } from "./threads.ts";

/** Renders templates, of ours and of callers: one in a process. */
export type Templates = {
  /**
   * Renders a Jinja template of an account: trim_blocks and lstrip_blocks on, autoescape off, Python's string and list
   * methods.
   *
   * The engine has no access to files, network or prototypes. It may take a second, 128 MB, 100,000 steps and give 1 MB
   * of text, which can be stored. Throws "bad-request" with "Template syntax error: …" or "Template undefined variable:
   * …", never with the value of a variable; "rate-limited" where too many of the account's wait. Accounts take turns:
   * one is delayed by the templates of the others by about a second at most.
   */
  readonly render: (accountId: string, source: string, variables: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Ends the threads. What is being rendered fails as "draining". */
  readonly close: () => void;
};

/**
 * Opens the template engine. Nothing is loaded before the first template comes.
 *
 * A template of `own`, and a text without any tag, costs what its variables are long and is rendered in this thread;
 * all others in a thread that is ended when its second is over, so that nobody else waits.
 */
export function openTemplates(own: readonly string[]): Templates {
  const trusted = new Set(own);
  const renderHere = openRenderer();
  const threads = openThreads();
  return {
    async render(accountId, source, variables) {
      const isHarmless = trusted.has(source) || !/\{[{%#]/u.test(source);
      const rendered = isHarmless ? renderHere(source, variables) : threads.render(accountId, source, variables);
      // A template can make what its source does not hold: "\\u0000" in a text of its own.
      return storable(await rendered);
    },
    close: threads.close,
  };
}
