import type { Tool } from "../domain/tool.ts";
import type { ApiCallSpec, SystemSpec } from "../domain/tool-spec.ts";

/** An HTTP request that fixes nothing but its address. */
export const API_CALL: ApiCallSpec = {
  method: "GET",
  url: "https://site.test/",
  headers: null,
  cookies: null,
  query: null,
  bytes: null,
  form: null,
  json: null,
  files: null,
  secrets: null,
  followRedirects: null,
  timeoutSeconds: null,
  parameters: null,
  schema: null,
  givesBody: true,
};

export const apiCall = (spec: Partial<ApiCallSpec>): Tool => ({
  name: "site",
  description: null,
  type: "api-call",
  spec: { ...API_CALL, ...spec },
});

export const systemTool = (spec: Pick<SystemSpec, "resource" | "operation"> & Partial<SystemSpec>): Tool => ({
  name: "api",
  description: null,
  type: "system",
  spec: { subresource: null, resourceId: null, arguments: null, ...spec },
});

export const DUMMY: Tool = {
  name: "echo",
  description: null,
  type: "integration",
  spec: { provider: "dummy", method: null, setup: null, arguments: null },
};
