import type { Operation, Reference } from "../reference.ts";
import { Bot, BotPage, ChatAnswer, ChatPiece, Failure } from "./answers.ts";
import { botFailure } from "./errors.ts";
import { BotBody, BotListQuery, BotPatch, ChatBody } from "./schema.ts";

const bot = { 200: { description: "The bot", json: Bot } };

const OPERATIONS: readonly Operation[] = [
  {
    id: "botsChat",
    method: "POST",
    path: "/v1/chat",
    summary: "Ask a bot, and get the answer whole or as a stream",
    description:
      "A public bot needs no key. The pieces of a stream joined are the answer; its last frame is `[DONE]`. A caller " +
      "that hangs up ends the model call.",
    body: ChatBody,
    example: { bot_slug: "taxson", prompt: "Can I deduct a desk?", stream: false },
    answers: { 200: { description: "The answer", json: ChatAnswer, stream: ChatPiece } },
    errors: ["not-found"],
    runsTurn: true,
  },
  {
    id: "botsList",
    method: "GET",
    path: "/v1/bots",
    summary: "List bots",
    query: BotListQuery,
    answers: { 200: { description: "A page of bots", json: BotPage } },
  },
  {
    id: "botsCreate",
    method: "POST",
    path: "/v1/bots",
    summary: "Create a bot",
    body: BotBody,
    example: { name: "Ada", slug: "ada", instructions: "Explain with one example." },
    answers: { 201: { description: "The bot", json: Bot } },
    errors: ["conflict"],
  },
  {
    id: "botsGet",
    method: "GET",
    path: "/v1/bots/{bot}",
    summary: "Read a bot, by its uid or slug",
    answers: bot,
  },
  {
    id: "botsPatch",
    method: "PATCH",
    path: "/v1/bots/{bot}",
    summary: "Change fields of a bot",
    body: BotPatch,
    example: { is_public: true },
    answers: bot,
    errors: ["conflict"],
  },
  {
    id: "botsDelete",
    method: "DELETE",
    path: "/v1/bots/{bot}",
    summary: "Delete a bot",
    answers: { 204: { description: "It is deleted" } },
    errors: ["conflict"],
  },
];

/** Bot chat. */
export const botsReference: Reference = {
  name: "Bot chat",
  description: "One question to a bot that is named by its uid or slug, without a session.",
  error: Failure,
  failure: botFailure,
  operations: OPERATIONS,
};
