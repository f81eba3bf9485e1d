import type { Operation, Reference } from "../reference.ts";
import {
  Assistant,
  AssistantPage,
  Completion,
  CompletionChunk,
  DeletedAssistant,
  Failure,
  Model,
  ModelList,
} from "./answers.ts";
import { assistantsFailure } from "./errors.ts";
import { AssistantBody, AssistantListQuery, CompletionBody } from "./schema.ts";

const base = "/api/v1/compatibility/openai/v1";
const assistant = { 200: { description: "The assistant", json: Assistant } };

const OPERATIONS: readonly Operation[] = [
  {
    id: "assistantsCreateCompletion",
    method: "POST",
    path: `${base}/assistants/{agent_id}/chat/completions`,
    summary: "Ask an assistant, and get the answer whole or as a stream",
    description:
      "The agent's instructions, documents and tools are taken into the conversation. A caller that hangs up ends the " +
      "model call. Parameters that do not count are named in `X-Ignored-Parameters`.",
    body: CompletionBody,
    example: { messages: [{ role: "user", content: "What is a mole in chemistry?" }] },
    answers: { 200: { description: "The completion", json: Completion, stream: CompletionChunk } },
    runsTurn: true,
  },
  {
    id: "assistantsList",
    method: "GET",
    path: `${base}/assistants`,
    summary: "List assistants",
    query: AssistantListQuery,
    answers: { 200: { description: "A page of assistants", json: AssistantPage } },
    errors: ["not-found", "bad-request"],
  },
  {
    id: "assistantsCreate",
    method: "POST",
    path: `${base}/assistants`,
    summary: "Create an assistant",
    body: AssistantBody,
    example: { name: "Ada", instructions: "Explain with one example." },
    answers: assistant,
    errors: ["not-found"],
  },
  {
    id: "assistantsGet",
    method: "GET",
    path: `${base}/assistants/{agent_id}`,
    summary: "Read an assistant",
    answers: assistant,
  },
  {
    id: "assistantsUpdate",
    method: "POST",
    path: `${base}/assistants/{agent_id}`,
    summary: "Change fields of an assistant; null clears",
    body: AssistantBody,
    example: { instructions: "Explain with two examples." },
    answers: assistant,
  },
  {
    id: "assistantsDelete",
    method: "DELETE",
    path: `${base}/assistants/{agent_id}`,
    summary: "Delete an assistant",
    answers: { 200: { description: "It is deleted", json: DeletedAssistant } },
    errors: ["conflict", "bad-request"],
  },
  {
    id: "assistantsListAssistantModels",
    method: "GET",
    path: `${base}/assistants/{agent_id}/models`,
    summary: "List an assistant's one model",
    answers: { 200: { description: "The model", json: ModelList } },
  },
  {
    id: "assistantsGetAssistantModel",
    method: "GET",
    path: `${base}/assistants/{agent_id}/models/{model}`,
    summary: "Read an assistant's model",
    answers: { 200: { description: "The model", json: Model } },
  },
  {
    id: "assistantsListModels",
    method: "GET",
    path: `${base}/models`,
    summary: "List the models that assistants may have",
    answers: { 200: { description: "The models", json: ModelList } },
    errors: ["model-failed", "model-refused", "no-model"],
  },
  {
    id: "assistantsGetModel",
    method: "GET",
    path: `${base}/models/{model}`,
    summary: "Read a model",
    description: "Names of models may hold slashes.",
    answers: { 200: { description: "The model", json: Model } },
    errors: ["model-failed", "model-refused", "no-model"],
  },
];

/** OpenAI-compatible assistants. */
export const assistantsReference: Reference = {
  name: "OpenAI-compatible assistants",
  description:
    "Chat completions of one assistant, as any OpenAI client calls them. Set its base URL to " +
    "`/api/v1/compatibility/openai/v1/assistants/{agent_id}` on this server.",
  error: Failure,
  failure: assistantsFailure,
  operations: OPERATIONS,
};
