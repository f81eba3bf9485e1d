import { MOST_ISSUES } from "../dialects/bounds.ts";
import { ChatError, type Issue } from "../domain/errors.ts";
import { shortened } from "../domain/excerpt.ts";

const INPUT_CHARACTERS = 200;
const MESSAGE_CHARACTERS = 1000;
/** What all faults of an answer come to; dialects say some of it twice. */
const ISSUES_BYTES = 16 * 1024;

/**
 * An error that is small whatever was sent: at most 100 faults, as many as fit in 16 KiB and the first in any case,
 * with values, keys and ids cut to 200 characters.
 */
export function smallError(error: ChatError): ChatError {
  const { message, details } = error;
  const { id, field, issues } = details;
  return new ChatError(error.code, cut(message, MESSAGE_CHARACTERS), {
    ...details,
    ...(id === undefined ? {} : { id: cut(id, INPUT_CHARACTERS) }),
    ...(field === undefined ? {} : { field: cut(field, INPUT_CHARACTERS) }),
    ...(issues === undefined ? {} : { issues: fitting(issues) }),
  });
}

function fitting(issues: readonly Issue[]): readonly Issue[] {
  const fit: Issue[] = [];
  let left = ISSUES_BYTES;
  for (const issue of issues.slice(0, MOST_ISSUES)) {
    const { source, ...shown } = smallIssue(issue);
    left -= Buffer.byteLength(JSON.stringify(shown));
    if (left < 0 && fit.length > 0) break;
    fit.push(source === undefined ? shown : { ...shown, source });
  }
  return fit;
}

const smallIssue = (issue: Issue): Issue => ({
  ...issue,
  path: issue.path.slice(0, 20).map((key) => (typeof key === "string" ? cut(key, INPUT_CHARACTERS) : key)),
  message: cut(issue.message, MESSAGE_CHARACTERS),
  input: shortened(issue.input, INPUT_CHARACTERS),
});

/** A text of at most `limit` characters; a longer one ends in "…". */
function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit).toWellFormed()}…`;
}
