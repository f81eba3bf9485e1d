import { z } from "zod";
import type { ServerToolCall } from "../../core/scope.ts";
import type { OutboundRequest } from "../../domain/outbound.ts";
import { systemOperation } from "./system-tools.ts";
import { ApiCallSpec, IntegrationSpec, SystemSpec } from "./tools.ts";

// The tools that the server runs itself: the contract, 4.5.

const API_CALL_MS = 10_000;
const LONGEST_API_CALL_MS = 30_000;

/**
 * Runs a system operation, an HTTP call, or the integration "dummy". Agents have these tools whichever dialect they answer
 * in.
 */
export async function runTool(call: ServerToolCall): Promise<unknown> {
  const { tool, input } = call;
  switch (tool.type) {
    case "integration":
      return integration(IntegrationSpec.parse(tool.spec), input);
    case "system":
      return systemOperation(SystemSpec.parse(tool.spec), call);
    case "api_call":
      return apiCall(ApiCallSpec.parse(tool.spec), call);
    default:
      return tool.type satisfies never;
  }
}

/** The one integration that Parley runs gives back what it is called with. */
function integration({ provider, arguments: fixed }: z.output<typeof IntegrationSpec>, input: unknown): unknown {
  if (provider !== "dummy") throw new Error(`The integration "${provider}" is not run by this server, only "dummy" is`);
  return { ...asObject(input), ...asObject(fixed) };
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  z.record(z.string(), z.unknown()).safeParse(value).data ?? {};

/**
 * An HTTP call as the tool describes it. The model fills in the query of a GET, HEAD or DELETE, or the JSON body of the
 * others; address, method and headers are the tool's alone, so that a prompt cannot send its secrets elsewhere.
 */
async function apiCall(spec: z.output<typeof ApiCallSpec>, { scope, input, signal }: ServerToolCall): Promise<unknown> {
  const given = asObject(input);
  const inQuery = ["GET", "HEAD", "DELETE"].includes(spec.method);
  const url = new URL(spec.url);
  const fixed = typeof spec.params === "string" ? Object.fromEntries(new URLSearchParams(spec.params)) : spec.params;
  for (const [name, value] of Object.entries({ ...(inQuery ? given : {}), ...fixed })) {
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, queryText(one));
  }
  const { body, type } = requestBody(spec, inQuery ? {} : given);
  const request: OutboundRequest = {
    method: spec.method,
    url: url.href,
    headers: {
      ...(type === null ? {} : { "content-type": type }),
      ...(spec.cookies ? { cookie: cookieText(spec.cookies) } : {}),
      ...spec.headers,
    },
    body,
    followRedirects: spec.follow_redirects ?? false,
    timeoutMs: spec.timeout === null ? API_CALL_MS : Math.min(Math.max(1, spec.timeout) * 1000, LONGEST_API_CALL_MS),
  };
  const response = await scope.outbound(request, signal);
  const head = { status_code: response.status, headers: response.headers };
  return spec.include_response_content ? { ...head, ...content(response.body) } : head;
}

function requestBody(
  spec: z.output<typeof ApiCallSpec>,
  given: Readonly<Record<string, unknown>>,
): { readonly body: string | Uint8Array | null; readonly type: string | null } {
  if (spec.files) throw new Error("This server sends no files with an API call");
  if (spec.content !== null) return { body: Buffer.from(spec.content, "base64"), type: null };
  if (spec.data) {
    const pairs = Object.entries({ ...given, ...spec.data }).map(([name, value]) => [name, queryText(value)]);
    return { body: new URLSearchParams(pairs).toString(), type: "application/x-www-form-urlencoded" };
  }
  const json = { ...given, ...spec.json };
  return Object.keys(json).length === 0
    ? { body: null, type: null }
    : { body: JSON.stringify(json), type: "application/json" };
}

const queryText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

const cookieText = (cookies: Readonly<Record<string, string>>): string =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");

/** A body as what it is: JSON where it parses as such, else text. */
function content(body: string): Readonly<Record<string, unknown>> {
  try {
    return { json: JSON.parse(body) };
  } catch {
    return { content: body };
  }
}
