import type { AgentTool, ToolChange } from "./requests";

/** The types of tool that the form knows; others are made through Julep's API. */
export type FormType = "function" | "api_call";

export type ToolFault = Partial<
  Record<"name" | "description" | "parameters" | "returns" | "url" | "method" | "headers" | "open_to_strangers", string>
>;

/** The texts of a form for a tool; of a new one where there is none. */
export function toolTexts(tool: AgentTool | null) {
  const spec = asObject(tool?.spec);
  const parameters = spec.parameters ?? spec.params_schema ?? spec.schema ?? { type: "object", properties: {} };
  return {
    name: tool?.name ?? "",
    description: tool?.description ?? "",
    parameters: JSON.stringify(parameters, null, 2),
    returns: spec.returns ? JSON.stringify(spec.returns, null, 2) : "",
    method: typeof spec.method === "string" ? spec.method : "GET",
    url: typeof spec.url === "string" ? spec.url : "",
    headers: Object.entries(asObject(spec.headers))
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  };
}

/** What a form says of a tool, and what of it cannot be read. What the form does not show of `old` stays. */
export function toolChange(
  form: FormData,
  type: FormType,
  old: AgentTool | null,
): { readonly change: ToolChange; readonly wrong: ToolFault } {
  const wrong: ToolFault = {};
  const text = (name: string) => String(form.get(name) ?? "").trim();
  if (text("name") === "") wrong.name = "Give the tool a name";
  const parameters = readJson(text("parameters"));
  if (parameters === null) wrong.parameters = 'Enter a JSON object, such as {"type": "object", "properties": {}}';
  const headers = readHeaders(text("headers"));
  if (headers === null) wrong.headers = "Enter one header a line, such as Accept: application/json";
  const returns = text("returns") === "" ? undefined : readJson(text("returns"));
  if (returns === null) wrong.returns = 'Enter a JSON object, such as {"type": "string"}, or nothing';
  const { returns: _before, ...kept } = old?.type === type ? asObject(old.spec) : {};
  const change = { name: text("name"), type, description: text("description") || null };
  if (type === "function") {
    const spec = { ...kept, parameters, ...(returns === undefined ? {} : { returns }) };
    return { change: { ...change, function: spec }, wrong };
  }
  const { schema: _, ...rest } = kept;
  return {
    change: {
      ...change,
      api_call: { ...rest, method: text("method"), url: text("url"), headers, params_schema: parameters },
      // A checkbox that is off is not in a form.
      open_to_strangers: form.has("open_to_strangers"),
    },
    wrong,
  };
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

/** The object that a text is; null where it is none. Nothing at all is a tool without parameters. */
function readJson(text: string): Readonly<Record<string, unknown>> | null {
  if (text === "") return { type: "object", properties: {} };
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function readHeaders(text: string): Readonly<Record<string, string>> | null {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const pairs = lines.map((line) => /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/u.exec(line));
  if (pairs.includes(null)) return null;
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1] ?? "", pair[2] ?? ""]] : [])));
}
