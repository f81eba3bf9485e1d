import type { Operation, Reference } from "../reference.ts";
import { Failure, FullSession, SessionEvent, SessionPage, SessionSummary, Stopped } from "./answers.ts";
import { llamacloudFailure } from "./errors.ts";
import { LIBRARY_OPERATIONS } from "./library-reference.ts";
import { CreateBody, FollowQuery, ListQuery, PatchBody, ScopeQuery, StreamBody, TitleBody } from "./schema.ts";

const session = { 200: { description: "The session", json: SessionSummary } };
const at = "/api/v1/chat/{session_id}";

const OPERATIONS: readonly Operation[] = [
  {
    id: "llamacloudCreateSession",
    method: "POST",
    path: "/api/v1/chat",
    summary: "Create a session",
    query: ScopeQuery,
    body: CreateBody,
    isBodyOptional: true,
    example: { index_ids: [] },
    answers: session,
    errors: ["not-found", "conflict"],
  },
  {
    id: "llamacloudListSessions",
    method: "GET",
    path: "/api/v1/chat",
    summary: "List sessions, the latest change first",
    query: ListQuery,
    answers: { 200: { description: "A page of sessions", json: SessionPage } },
    errors: ["not-found", "bad-request"],
  },
  {
    id: "llamacloudGetSession",
    method: "GET",
    path: at,
    summary: "Read a session with its events",
    query: ScopeQuery,
    answers: { 200: { description: "The session", json: FullSession } },
  },
  {
    id: "llamacloudPatchSession",
    method: "PATCH",
    path: at,
    summary: "Rename, pin or archive a session",
    description: "Not in LlamaCloud's own API.",
    query: ScopeQuery,
    body: PatchBody,
    example: { generated_title: "Plans for May" },
    answers: session,
  },
  {
    id: "llamacloudDeleteSession",
    method: "DELETE",
    path: at,
    summary: "Delete a session",
    query: ScopeQuery,
    answers: { 204: { description: "It is deleted" } },
  },
  {
    id: "llamacloudGetSummary",
    method: "GET",
    path: `${at}/summary`,
    summary: "Read a session without its events",
    query: ScopeQuery,
    answers: session,
  },
  {
    id: "llamacloudGenerateTitle",
    method: "POST",
    path: `${at}/title`,
    summary: "Give a session a title made from its first message",
    query: ScopeQuery,
    body: TitleBody,
    example: { first_message: "What should I plant in May?" },
    answers: session,
  },
  {
    id: "llamacloudStream",
    method: "POST",
    path: `${at}/messages/stream`,
    summary: "Ask, and read the answer as an event stream",
    description:
      "The turn goes on when the caller leaves, unless `X-On-Disconnect: cancel` is sent. Every stream ends in `stop`; " +
      "a model that fails is told there.",
    query: ScopeQuery,
    body: StreamBody,
    example: { index_ids: [], prompt: "What should I plant in May?" },
    answers: { 200: { description: "The events of the turn", stream: SessionEvent } },
    runsTurn: true,
  },
  {
    id: "llamacloudFollow",
    method: "GET",
    path: `${at}/messages/stream`,
    summary: "Follow the latest turn, from where a stream broke off",
    description: "Not in LlamaCloud's own API. `Last-Event-ID` counts as `after`.",
    query: FollowQuery,
    answers: {
      200: { description: "The events after that number", stream: SessionEvent },
      204: { description: "No turn is running and none has ended within ten minutes" },
    },
  },
  {
    id: "llamacloudStop",
    method: "POST",
    path: `${at}/stop`,
    summary: "Stop the running turn",
    description: "Not in LlamaCloud's own API.",
    query: ScopeQuery,
    answers: { 200: { description: "What became of it", json: Stopped } },
  },
];

/** LlamaCloud's beta chat. */
export const llamacloudReference: Reference = {
  name: "LlamaCloud chat",
  description:
    "Sessions with titles, summaries and one event stream for each turn, as the official LlamaCloud SDKs call them. Set " +
    "their base URL to this server.",
  error: Failure,
  failure: llamacloudFailure,
  operations: [...OPERATIONS, ...LIBRARY_OPERATIONS],
};
