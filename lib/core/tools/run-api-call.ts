import { digitsValue, exactJson, parseExact } from "../../domain/exact-numbers.ts";
import { jsonShape } from "../../domain/json-shape.ts";
import type { OutboundRequest } from "../../domain/outbound.ts";
import { hiding } from "../../domain/secrets.ts";
import { secretsOfCall } from "../../domain/tool-secrets.ts";
import type { ApiCallSpec } from "../../domain/tool-spec.ts";
import type { ServerToolCall } from "../scope.ts";
import { type Arguments, argumentsOf } from "./arguments.ts";
import { TOOL_LIMITS } from "./limits.ts";

const IN_QUERY: readonly string[] = ["GET", "HEAD", "DELETE"];

/**
 * An HTTP call as the tool describes it. The model fills in the query of a GET, HEAD or DELETE, or the body of the
 * others; address, method and headers are the tool's alone, so that a prompt cannot send its secrets elsewhere. A
 * server that tells them back does not tell the model.
 */
export async function runApiCall(
  spec: ApiCallSpec,
  {
    scope,
    input,
    signal,
  }: Pick<ServerToolCall, "input" | "signal"> & {
    readonly scope: Pick<ServerToolCall["scope"], "outbound">;
  },
): Promise<unknown> {
  const response = await scope.outbound(apiRequest(spec, argumentsOf(input)), signal);
  const hide = hiding(secretsOfCall(spec));
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, hide(value)]));
  const head = { status_code: response.status, headers };
  return spec.givesBody ? { ...head, ...content(hide(response.body)) } : head;
}

/** The request that a tool makes of what a model gives. Throws what the model is to be told. */
export function apiRequest(spec: ApiCallSpec, given: Arguments): OutboundRequest {
  const isInQuery = IN_QUERY.includes(spec.method);
  const { body, type } = requestBody(spec, isInQuery ? {} : given);
  const { apiCallMs, longestApiCallMs } = TOOL_LIMITS;
  return {
    method: spec.method,
    url: withQuery(spec, isInQuery ? given : {}),
    headers: {
      ...(type === null ? {} : { "content-type": type }),
      ...(spec.cookies ? { cookie: cookieText(spec.cookies) } : {}),
      ...spec.headers,
    },
    body,
    followRedirects: spec.followRedirects ?? false,
    timeoutMs:
      spec.timeoutSeconds === null ? apiCallMs : Math.min(Math.max(1, spec.timeoutSeconds) * 1000, longestApiCallMs),
  };
}

function withQuery({ url: address, query }: ApiCallSpec, given: Arguments): string {
  const url = new URL(address);
  const fixed = typeof query === "string" ? Object.fromEntries(new URLSearchParams(query)) : query;
  for (const [name, value] of Object.entries({ ...given, ...fixed })) {
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, valueText(one));
  }
  return url.href;
}

function requestBody(
  spec: ApiCallSpec,
  given: Arguments,
): { readonly body: string | Uint8Array | null; readonly type: string | null } {
  if (spec.files) throw new Error("This server sends no files with an API call");
  if (spec.bytes !== null) return { body: Buffer.from(spec.bytes, "base64"), type: null };
  if (spec.form) {
    const pairs = Object.entries({ ...given, ...spec.form }).map(([name, value]) => [name, valueText(value)]);
    return { body: new URLSearchParams(pairs).toString(), type: "application/x-www-form-urlencoded" };
  }
  const json = { ...given, ...spec.json };
  return Object.keys(json).length === 0
    ? { body: null, type: null }
    : { body: exactJson(json), type: "application/json" };
}

const valueText = (value: unknown): string =>
  typeof value === "string" ? String(digitsValue(value)) : exactJson(value ?? null);

const cookieText = (cookies: Readonly<Record<string, string>>): string =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");

/** A body as what it is: JSON where it parses as such and is no larger than that of a request may be, else text. */
function content(body: string): Arguments {
  if (jsonShape(body).over !== null) return { content: body };
  try {
    return { json: parseExact(body) };
  } catch {
    return { content: body };
  }
}
