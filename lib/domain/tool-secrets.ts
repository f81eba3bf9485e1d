import { HIDDEN, isSecretName, secretTexts, withoutSecretShapes } from "./secrets.ts";
import type { StoredTool } from "./tool.ts";
import type { ApiCallSpec, IntegrationSpec } from "./tool-spec.ts";

// What of a tool is secret, as far as names tell.

/** The secrets that an HTTP request of a tool sends. */
export function secretsOfCall({ url, query, headers, cookies, form, json, secrets }: ApiCallSpec): string[] {
  const asked = Object.fromEntries(URL.parse(url)?.searchParams ?? []);
  const fixed = typeof query === "string" ? Object.fromEntries(new URLSearchParams(query)) : query;
  const named = [asked, fixed, headers, form, json].flatMap((one) => secretTexts(one));
  const tokens = named.map((text) => text.replace(/^(?:Bearer|Basic) +/iu, ""));
  return [...named, ...tokens, ...secretTexts({ cookies, secrets })];
}

/**
 * A tool as those see it who may know of it but not of its secrets: their names stay, with "[hidden]" for each value.
 */
export function withoutToolSecrets(tool: StoredTool): StoredTool {
  switch (tool.type) {
    case "api-call":
      return { ...tool, spec: shownCall(tool.spec) };
    case "integration":
      return { ...tool, spec: shownIntegration(tool.spec) };
    case "system":
      return { ...tool, spec: { ...tool.spec, arguments: shownRecord(tool.spec.arguments) } };
    case "function":
    case "computer":
    case "text-editor":
    case "shell":
      return tool;
    default:
      return tool satisfies never;
  }
}

const shownCall = (spec: ApiCallSpec): ApiCallSpec => ({
  ...spec,
  url: withoutSecretShapes(spec.url),
  headers: spec.headers && allHidden(spec.headers),
  cookies: spec.cookies && allHidden(spec.cookies),
  secrets: spec.secrets && allHidden(spec.secrets),
  query: typeof spec.query === "string" ? HIDDEN : shownRecord(spec.query),
  bytes: spec.bytes && HIDDEN,
  form: shownRecord(spec.form),
  json: shownRecord(spec.json),
});

const shownIntegration = (spec: IntegrationSpec): IntegrationSpec => ({
  ...spec,
  setup: shownValue(spec.setup ?? null, true),
  arguments: shownValue(spec.arguments ?? null, false),
});

const allHidden = (record: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.keys(record).map((name) => [name, HIDDEN]));

type Values = Readonly<Record<string, unknown>>;

const shownRecord = (record: Values | null): Record<string, unknown> | null =>
  record &&
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, shownValue(value, isSecretName(name))]));

function shownValue(value: unknown, isSecret: boolean): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((one) => shownValue(one, isSecret));
  if (typeof value !== "object") return isSecret ? HIDDEN : value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, one]) => [name, shownValue(one, isSecret || isSecretName(name))]));
}
