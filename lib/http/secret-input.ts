import { ChatError, type Issue } from "../domain/errors.ts";
import { HIDDEN, isSecretName, starred, withoutSecrets } from "../domain/secrets.ts";

/**
 * An error whose faults quote no secret of the request: not what was sent under the name of one, at any depth, nor what
 * looks like one. Whoever reads an answer, or keeps it, is not always who wrote the request.
 */
export function withoutSecretInput(error: ChatError): ChatError {
  const { issues } = error.details;
  if (!issues) return error;
  // Many faults may be about one object.
  const seen = new Map<unknown, unknown>();
  const shown = (input: unknown) => {
    if (!seen.has(input)) seen.set(input, withoutSecrets(input));
    return seen.get(input);
  };
  return new ChatError(error.code, error.message, {
    ...error.details,
    issues: issues.map((issue) => withoutSecretValue(issue, shown)),
  });
}

function withoutSecretValue(issue: Issue, shown: (input: unknown) => unknown): Issue {
  const { path, input, source } = issue;
  const isSecret = input !== null && path.some((key) => typeof key === "string" && isSecretName(key));
  return {
    ...issue,
    input: isSecret ? HIDDEN : shown(input),
    ...(source === undefined ? {} : { source: starred(source) }),
  };
}
