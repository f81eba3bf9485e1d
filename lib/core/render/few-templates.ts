import { ChatError } from "../../domain/errors.ts";
import type { RenderTemplate } from "../scope.ts";

/** Texts with tags that one request may have rendered, its system template among them. */
const MOST = 16;

/**
 * Renders the templates of one request. A request with more than 16 is refused as "bad-request"; text without tags is
 * free.
 */
export function fewTemplates(render: RenderTemplate): RenderTemplate {
  let count = 0;
  return async (source, variables) => {
    if (/\{[{%#]/u.test(source) && ++count > MOST) {
      throw new ChatError("bad-request", `Template error: more than ${MOST} texts of one request hold templates`);
    }
    return render(source, variables);
  };
}
