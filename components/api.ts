import type { SessionPage, SessionSummary } from "@/lib/dialects/llamacloud/answers.ts";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import type { AgentPage } from "@/lib/pages/page-data.ts";
import { noteAnswer, viewerHeaders } from "./viewer";

export const sessionsPath = "/api/v1/chat";

/** What went wrong with a request; `status` is 0 when nothing came back. */
export type Problem = Error & { readonly status: number; readonly fields: Readonly<Record<string, string>> };

export function problem(status: number, message: string, fields: Readonly<Record<string, string>> = {}): Problem {
  return Object.assign(new Error(message), { status, fields });
}

export function isProblem(value: unknown): value is Problem {
  return value instanceof Error && "status" in value && typeof value.status === "number";
}

/** The sentence and the fields of an error body `{detail: string | [{loc, msg}]}`. */
export function problemOf(status: number, body: unknown): Problem {
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : null;
  if (typeof detail === "string") return problem(status, detail);
  if (Array.isArray(detail)) {
    const fields = new Map<string, string>();
    for (const item of detail) {
      const { loc, msg } = item as { loc?: readonly unknown[]; msg?: unknown };
      const name = String(loc?.at(-1) ?? "");
      if (typeof msg === "string" && !fields.has(name)) fields.set(name, msg);
    }
    const [first] = fields.values();
    return problem(status, first ?? `The server refused this (${status}).`, Object.fromEntries(fields));
  }
  return problem(status, `The server answered ${status}.`);
}

/** Headers are spread, which only plain ones can be. */
type Init = RequestInit & { readonly headers?: Readonly<Record<string, string>> };

/** `fetch` by the viewer of this page, that throws a Problem for any answer that is not a success. */
export async function request(path: string, init: Init = {}): Promise<Response> {
  let response: Response;
  const headers = { ...viewerHeaders(), ...init.headers };
  try {
    response = await fetch(path, { ...init, headers });
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw problem(0, "The server could not be reached.");
  }
  noteAnswer(response.status, init.method !== undefined);
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null));
  return response;
}

/** A request with a JSON body. */
export const json = (method: string, body: unknown, signal?: AbortSignal): Init => ({
  method,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
  signal,
});

/** Reads a JSON answer. */
export async function read<T>(path: string, init?: Init): Promise<T> {
  return (await request(path, init)).json() as Promise<T>;
}

export const createSession = (signal?: AbortSignal) =>
  read<SessionSummary>(`${sessionsPath}?details=1`, json("POST", {}, signal));

/** A page of the sessions that are in the list, or of those that are archived. */
export const listSessions = (pageToken: string | null, isArchived = false) => {
  const archived = isArchived ? "only" : "0";
  const query = new URLSearchParams({ details: "1", all_projects: "1", page_size: "50", archived });
  if (pageToken !== null) query.set("page_token", pageToken);
  return read<SessionPage>(`${sessionsPath}?${query}`);
};

/** Turns of a session: so many before a place or from one on, or so many of the last. */
export type WindowWhere =
  | { readonly before: string; readonly limit?: string }
  | { readonly from: string; readonly limit?: string }
  | { readonly limit: string };

/**
 * Turns of a session: the last, or so many of them, or those before a place that an earlier answer has given, or from
 * one on.
 */
export const readWindow = (id: string, where: WindowWhere | null, signal?: AbortSignal) =>
  read<SessionWindow>(`/api/app/sessions/${id}/turns?${new URLSearchParams(where ?? {})}`, { signal });

/** Shows the line of a branch, from now on and everywhere. */
export const showBranch = (id: string, branchId: string) =>
  request(`/api/app/sessions/${id}/branches`, json("POST", { branch_id: branchId }));

export const retrieveSummary = (id: string) => read<SessionSummary>(`${sessionsPath}/${id}/summary?details=1`);

export const updateSession = (id: string, patch: { generated_title?: string; pinned?: boolean; archived?: boolean }) =>
  read<SessionSummary>(`${sessionsPath}/${id}?details=1`, json("PATCH", patch));

export const deleteSession = (id: string) => request(`${sessionsPath}/${id}`, { method: "DELETE", keepalive: true });

export const stopTurn = (id: string) => read<{ stopped: boolean }>(`${sessionsPath}/${id}/stop`, { method: "POST" });

export const summarise = (id: string) =>
  read<{ text: string; covers: readonly [number, number] }>(`/api/app/sessions/${id}/summary`, { method: "POST" });

/** What changed in the sessions since a look. With `reset` nobody knows, and the list is to be read anew. */
export type Changes = {
  readonly token: string;
  readonly items: readonly SessionSummary[];
  /** There, but in no list: nothing is said in them. */
  readonly unlisted: readonly string[];
  readonly deleted: readonly string[];
  readonly has_more: boolean;
  readonly reset: boolean;
};

export const readChanges = (since: string, signal?: AbortSignal) =>
  read<Changes>(`/api/app/changes?since=${encodeURIComponent(since)}`, { signal });

export type TurnRequest = {
  readonly index_ids: readonly string[];
  /** Absent where calls are answered instead. */
  readonly prompt?: string;
  readonly tool_results?: readonly { readonly call_id: string; readonly output: unknown; readonly is_error: boolean }[];
  readonly message_id: string;
  readonly instead_of_id?: string;
  /** Absent: the session's. */
  readonly agent_id?: string;
  /** Absent: the agent's own. */
  readonly model?: string;
  /** Ids of files that were uploaded. */
  readonly attachments?: readonly string[];
};

export const askTurn = (id: string, body: TurnRequest, signal?: AbortSignal) =>
  request(`${sessionsPath}/${id}/messages/stream?event_ids=1&details=1`, json("POST", body, signal));

/**
 * The turn that runs or ran last, after an event that was read of it: from its question on where that is number 0. Null
 * when there is none to follow.
 */
export async function followTurn(
  id: string,
  { after, at }: { readonly after: number; readonly at: string | null },
  signal: AbortSignal,
): Promise<Response | null> {
  const where = `after=${after}${at === null ? "" : `&at=${encodeURIComponent(at)}`}`;
  const response = await request(`${sessionsPath}/${id}/messages/stream?${where}&event_ids=1&details=1`, { signal });
  return response.status === 204 ? null : response;
}

/** Gives up a file that was uploaded and is not to be sent. */
export const forgetUpload = (id: string) => request(`/api/app/files/${id}`, { method: "DELETE", keepalive: true });

/** A model that may be chosen, and what is known of it; null: nobody says. */
export type ListedModel = {
  readonly id: string;
  /** What its provider calls it for people. */
  readonly label: string | null;
  /** The provider that the account has added and that has it; null: the server's own. */
  readonly provider: string | null;
  readonly context_window: number | null;
  readonly tools: boolean | null;
  readonly images: boolean | null;
  readonly reasoning: boolean | null;
  /** US dollars for a million tokens. */
  readonly price: { readonly input: number | null; readonly output: number | null } | null;
};

/** The models that may be chosen, and the one that answers where nobody has chosen. */
export type Models = {
  readonly default: string;
  readonly items: readonly ListedModel[];
  /** Providers that have not told all their models, which may be asked for by name. */
  readonly unlisted: readonly string[];
};

export const listModels = (signal?: AbortSignal) => read<Models>("/api/app/models", { signal });

export type Agent = {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly instructions: string;
  readonly model: string | null;
  readonly temperature: number | null;
  readonly max_tokens: number | null;
  readonly slug: string | null;
  readonly is_public: boolean;
  readonly allow_caller_system_messages: boolean;
  readonly session_max_ttl: number | null;
};

export const listAgents = (offset: number) => read<AgentPage>(`/api/app/agents?offset=${offset}`);
