import { ChatError } from "../../domain/errors.ts";
import { llamacloudFailure } from "../llamacloud/errors.ts";

/** Where the sign-in forms have what the core finds wrong in a field of an account. */
const FIELDS: Readonly<Record<string, string>> = {
  email: "email",
  password: "password",
  currentPassword: "current_password",
};

/** An error in LlamaCloud's shape, which the pages read: what is wrong in a field stands at its place in the body. */
export function webFailure(error: ChatError): Response {
  const { code, message, details } = error;
  const field = details.noun === "account" && details.field !== undefined ? FIELDS[details.field] : undefined;
  // A form is not to be told its password, whichever field somebody typed it into.
  const unquoted = details.issues?.map((issue) => ({ ...issue, input: null }));
  if (unquoted) return llamacloudFailure(new ChatError(code, message, { ...details, issues: unquoted }));
  if (code !== "invalid" || field === undefined) return llamacloudFailure(error);
  const issues = [{ path: ["body", field], type: "value_error", message, input: null }];
  return llamacloudFailure(new ChatError("invalid", message, { ...details, issues }));
}
