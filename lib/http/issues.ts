import type { z } from "zod";
import { MOST_ISSUES } from "../dialects/bounds.ts";
import type { Issue } from "../domain/errors.ts";
import { valueAt } from "../domain/value-at.ts";

type Path = readonly (string | number)[];

/**
 * What zod found wrong, in the types and the wording of the validator that LlamaCloud, Julep and the assistants answer
 * with (pydantic 2, "Validation Errors"), each with the value at fault; for a missing field the object that lacks it.
 * At most 100.
 */
export function toIssues(error: z.ZodError, input: unknown): Issue[] {
  return error.issues
    .slice(0, MOST_ISSUES)
    .flatMap((issue) => toIssue(issue, input))
    .slice(0, MOST_ISSUES);
}

function toIssue(issue: z.core.$ZodIssue, root: unknown): Issue[] {
  const path: Path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  const value = valueAt(root, path);
  const found = (type: string, message: string, context?: Issue["context"]): Issue[] => [
    { path, type, message, input: value ?? null, context },
  ];
  switch (issue.code) {
    case "invalid_type":
      if (value === undefined) {
        return [{ path, type: "missing", message: "Field required", input: valueAt(root, path.slice(0, -1)) ?? null }];
      }
      return found(...wrongType(issue.expected, value));
    case "too_big": {
      const limit = Number(issue.maximum);
      if (issue.origin === "string")
        return found("string_too_long", `String should have at most ${limit} characters`, { max_length: limit });
      if (issue.origin === "array") {
        const size = Array.isArray(value) ? value.length : 0;
        return found("too_long", `List should have at most ${plural(limit)} after validation, not ${size}`, {
          field_type: "List",
          max_length: limit,
          actual_length: size,
        });
      }
      return issue.inclusive === false
        ? found("less_than", `Input should be less than ${limit}`, { lt: limit })
        : found("less_than_equal", `Input should be less than or equal to ${limit}`, { le: limit });
    }
    case "too_small": {
      const limit = Number(issue.minimum);
      if (issue.origin === "string") {
        const word = limit === 1 ? "character" : "characters";
        return found("string_too_short", `String should have at least ${limit} ${word}`, { min_length: limit });
      }
      if (issue.origin === "array") {
        const size = Array.isArray(value) ? value.length : 0;
        return found("too_short", `List should have at least ${plural(limit)} after validation, not ${size}`, {
          field_type: "List",
          min_length: limit,
          actual_length: size,
        });
      }
      return found("greater_than_equal", `Input should be greater than or equal to ${limit}`, { ge: limit });
    }
    case "invalid_format":
      if (issue.format === "uuid" || issue.format === "guid") {
        return found("uuid_parsing", "Input should be a valid UUID, in its canonical text of 36 characters");
      }
      if (issue.format === "url") return found("url_parsing", "Input should be a valid URL");
      return found("string_pattern_mismatch", issue.message);
    case "invalid_value": {
      const allowed = issue.values.map((one) => (typeof one === "string" ? `'${one}'` : String(one)));
      const text = allowed.length > 1 ? `${allowed.slice(0, -1).join(", ")} or ${allowed.at(-1)}` : (allowed[0] ?? "");
      if (value === undefined) {
        return [{ path, type: "missing", message: "Field required", input: valueAt(root, path.slice(0, -1)) ?? null }];
      }
      return found("literal_error", `Input should be ${text}`, { expected: text });
    }
    case "invalid_union":
      return (
        closestBranch(issue, root, path) ??
        found("union_error", "Input matches none of the forms that are allowed here")
      );
    case "custom": {
      const type = typeof issue.params?.type === "string" ? issue.params.type : "value_error";
      if (type === "missing") {
        return [{ path, type, message: issue.message, input: valueAt(root, path.slice(0, -1)) ?? null }];
      }
      return found(type, issue.message);
    }
    default:
      return found("value_error", issue.message);
  }
}

const plural = (n: number): string => `${n} ${n === 1 ? "item" : "items"}`;

function wrongType(expected: string, value: unknown): [type: string, message: string] {
  switch (expected) {
    case "string":
      return ["string_type", "Input should be a valid string"];
    case "array":
      return ["list_type", "Input should be a valid list"];
    case "boolean":
      return ["bool_type", "Input should be a valid boolean"];
    case "int":
      return typeof value === "number"
        ? ["int_from_float", "Input should be a valid integer, got a number with a fractional part"]
        : typeof value === "string"
          ? ["int_parsing", "Input should be a valid integer, unable to parse string as an integer"]
          : ["int_type", "Input should be a valid integer"];
    case "number":
      return ["float_type", "Input should be a valid number"];
    case "object":
      return ["model_attributes_type", "Input should be a valid dictionary or object to extract fields from"];
    case "record":
      return ["dict_type", "Input should be a valid dictionary"];
    default:
      return ["value_error", `Input should be ${expected}`];
  }
}

/** The faults of the one form that the value came nearest to, when there is one that gets past the value itself. */
function closestBranch(issue: z.core.$ZodIssueInvalidUnion, root: unknown, path: Path): Issue[] | null {
  const deep = issue.errors.filter((branch) => branch.some((one) => one.path.length > 0));
  const [best] = deep.sort((a, b) => a.length - b.length);
  if (!best) return null;
  return best.flatMap((one) => toIssue({ ...one, path: [...path, ...one.path] }, root));
}
