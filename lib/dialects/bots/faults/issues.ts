import type { z } from "zod";
import type { Issue } from "../../../domain/errors.ts";
import { valueAt } from "../../../domain/value-at.ts";
import { MOST_ISSUES } from "../../bounds.ts";

type Found = readonly [type: string, message: string, context?: Issue["context"]];

const MISSING: Found = ["value_error.missing", "field required"];
const NONE: Found = ["type_error.none.not_allowed", "none is not an allowed value"];

/**
 * What zod found wrong, in the types and the wording of the first generation of the validator, which the document shows
 * (the contract, section 5; pydantic 1, "Error Handling").
 */
export function botIssues(error: z.ZodError, input: unknown): Issue[] {
  return error.issues.slice(0, MOST_ISSUES).map((issue) => {
    const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
    const value = valueAt(input, path);
    const [type, message, context] = wording(issue, value);
    return { path, type, message, input: value ?? null, context };
  });
}

function wording(issue: z.core.$ZodIssue, value: unknown): Found {
  switch (issue.code) {
    case "invalid_type":
      if (value === undefined) return MISSING;
      return value === null ? NONE : wrongType(issue.expected);
    case "invalid_value": {
      if (value === undefined) return MISSING;
      if (value === null) return NONE;
      const permitted = issue.values.map((one) => `'${String(one)}'`).join(", ");
      const message = `value is not a valid enumeration member; permitted: ${permitted}`;
      return ["type_error.enum", message, { enum_values: issue.values }];
    }
    case "too_big": {
      const limit = Number(issue.maximum);
      if (issue.origin === "string") {
        const message = `ensure this value has at most ${limit} characters`;
        return ["value_error.any_str.max_length", message, { limit_value: limit }];
      }
      if (issue.origin === "array") {
        return ["value_error.list.max_items", `ensure this value has at most ${limit} items`, { limit_value: limit }];
      }
      const message = `ensure this value is less than or equal to ${limit}`;
      return ["value_error.number.not_le", message, { limit_value: limit }];
    }
    case "too_small": {
      const limit = Number(issue.minimum);
      const message = `ensure this value is greater than or equal to ${limit}`;
      return ["value_error.number.not_ge", message, { limit_value: limit }];
    }
    case "custom":
      return [typeof issue.params?.type === "string" ? issue.params.type : "value_error", issue.message];
    default:
      return ["value_error", issue.message];
  }
}

function wrongType(expected: string): Found {
  switch (expected) {
    case "string":
      return ["type_error.str", "str type expected"];
    case "boolean":
      return ["type_error.bool", "value could not be parsed to a boolean"];
    case "array":
      return ["type_error.list", "value is not a valid list"];
    case "object":
      return ["type_error.dict", "value is not a valid dict"];
    case "int":
      return ["type_error.integer", "value is not a valid integer"];
    case "number":
      return ["type_error.float", "value is not a valid float"];
    default:
      return ["type_error", `value is not a valid ${expected}`];
  }
}
