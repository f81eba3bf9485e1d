import { z } from "zod";
import type { Scope } from "../../core/scope.ts";
import type { TurnTool } from "../../core/turn/run-turn.ts";
import type { OutboundRequest } from "../../domain/outbound.ts";
import type { Session } from "../../domain/session.ts";
import type { Tool } from "../../domain/tool.ts";
import { systemOperation } from "./system-tools.ts";
import { ApiCallSpec, IntegrationSpec, SystemSpec } from "./tools.ts";

// The tools that the server runs itself: the contract, 4.5.

type Run = NonNullable<TurnTool["run"]>;

const API_CALL_MS = 10_000;
const LONGEST_API_CALL_MS = 30_000;

/**
 * What runs a tool on the server: a system operation, an HTTP call, or the integration "dummy"; null for those that are
 * the caller's to run. Where a session forwards its calls, or does not run tools by itself, all are the caller's.
 */
export function toolRunner(
  isAutoRun: boolean | undefined,
): (scope: Scope, session: Session, tool: Tool) => TurnTool["run"] {
  return (scope, session, tool) => {
    if (!(isAutoRun ?? session.autoRunTools) || session.forwardToolCalls) return null;
    switch (tool.type) {
      case "integration":
        return integration(IntegrationSpec.parse(tool.spec));
      case "system":
        return systemOperation(scope, session, SystemSpec.parse(tool.spec));
      case "api_call":
        return apiCall(scope, ApiCallSpec.parse(tool.spec));
      case "function":
      case "computer_20241022":
      case "text_editor_20241022":
      case "bash_20241022":
        return null;
      default:
        return tool.type satisfies never;
    }
  };
}

/** The one integration that Parley runs gives back what it is called with. */
function integration({ provider, arguments: fixed }: z.output<typeof IntegrationSpec>): Run {
  return async (input) => {
    if (provider !== "dummy")
      throw new Error(`The integration "${provider}" is not run by this server, only "dummy" is`);
    return { ...asObject(input), ...asObject(fixed) };
  };
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  z.record(z.string(), z.unknown()).safeParse(value).data ?? {};

/**
 * An HTTP call as the tool describes it. The model fills in the query of a GET, HEAD or DELETE, or the JSON body of the
 * others; address, method and headers are the tool's alone, so that a prompt cannot send its secrets elsewhere.
 */
function apiCall(scope: Scope, spec: z.output<typeof ApiCallSpec>): Run {
  return async (input, signal) => {
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
  };
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
