import { ChatError } from "../domain/errors.ts";
import type { ModelRequest } from "../domain/model.ts";
import { type About, type Adaptation, isFailure, isPassing } from "./adaptation.ts";
import { ADAPTATIONS, NO_LIMIT } from "./adaptations.ts";
import { type ChatBody, chatRequestBody } from "./chat-request.ts";
import { bodyTokens, cutToFit, roomyTokens } from "./context-cut.ts";
import { type Room, roomIn } from "./context-room.ts";
import type { Learned, Lessons } from "./lessons.ts";
import { refusalWords } from "./provider-error.ts";

/** Where it is told what a server turned out not to take. */
export type AdaptationLog = { readonly warn: (fields: object, message: string) => void };

/** A prompt is cut to half so often: a refusal may name no number, or a wrong one. */
const MOST_CUTS = 5;
const MOST_TRIES = ADAPTATIONS.length + MOST_CUTS;

/** One request on its way to a server that may not take it as it is. */
export type Adapting = {
  /** What is to be sent now. */
  readonly body: () => ChatBody;
  /**
   * Learns from a refusal. True: `body` is now another, and may be tried; false: nothing is known against it. Each
   * adaptation is made once.
   */
  readonly refused: (thrown: unknown) => boolean;
  /** The server has taken `body`: what was cut for it is remembered. */
  readonly taken: () => void;
  /** What the body differs in from what was asked for, in sentences. */
  readonly notices: () => readonly string[];
};

/** Begins with what is known of the model. `from` names the server and the family of its model. */
export function adapting(request: ModelRequest, from: string, known: Lessons, log?: AdaptationLog): Adapting {
  const plain = chatRequestBody(request, from);
  const about = aboutOf(request, from);
  const lesson = known.of(request.model);
  let cutTo = request.mayCut === true ? lesson.room : null;
  let cuts = 0;
  let tries = 0;
  /** What `body` has been through; others may have learned more meanwhile. */
  const applied = new Set<string>();
  const notices: string[] = [];
  let body = made();

  function made(): ChatBody {
    notices.length = 0;
    let next = plain;
    for (const { name, change, told } of ADAPTATIONS) {
      if (!lesson.names.has(name)) continue;
      applied.add(name);
      const changed = change(next, about);
      if (changed !== next) notices.push(`The model server ${told}.`);
      next = changed;
    }
    if (cutTo === null) return next;
    const cut = cutToFit(next, cutTo);
    if (cut !== next) notices.push(cutNotice(next.messages.length - cut.messages.length));
    return cut;
  }

  const learn = ({ name, told }: Adaptation): true => {
    if (!lesson.names.has(name)) log?.warn({ model: request.model, adaptation: name }, `A model server ${told}`);
    lesson.names.add(name);
    body = made();
    return true;
  };

  const cut = (room: Room): boolean => {
    if (cuts >= MOST_CUTS || request.mayCut !== true) return false;
    const roomy = roomyTokens(body, room);
    const tokens = cutTo === null ? roomy : Math.min(roomy, Math.floor(cutTo / 2));
    if (cutToFit(body, tokens) === body) return false;
    cuts++;
    cutTo = tokens;
    log?.warn(
      { model: request.model, window: room.window },
      "A model server has no room for a prompt; the oldest is left out",
    );
    body = made();
    return true;
  };

  return {
    body: () => body,
    notices: () => notices,
    taken() {
      if (cuts > 0 && cutTo !== null) lesson.room = Math.max(cutTo, bodyTokens(body));
    },
    refused(thrown) {
      if (!(thrown instanceof ChatError) || ++tries > MOST_TRIES) return false;
      const words = refusalWords(thrown);
      const { providerStatus: status } = thrown.details;
      if (words === "" || !mayMean(status)) return false;
      const room = roomIn(words);
      if (room !== null) remember(lesson, room, body);
      const isNew = (one: Adaptation): boolean => !applied.has(one.name) && one.change(body, about) !== body;
      const fitting = adaptationFor(words, status, isNew);
      // An answer that is asked for too long is no reason to cut the past.
      if (room !== null && fitting?.name !== NO_LIMIT && cut(room)) return true;
      return fitting !== undefined && learn(fitting);
    },
  };
}

/** Remembers a window that is named, where what was sent may be more than it: else it is another number. */
function remember(lesson: Learned, { window, used }: Room, body: ChatBody): void {
  if (window === null) return;
  const asked = body.max_tokens ?? body.max_completion_tokens;
  const sent = bodyTokens(body) * CHARACTERS_OF_TOKEN + (typeof asked === "number" ? asked : 0);
  if ((used !== null && used > window) || sent > window) lesson.window = window;
}

/** The adaptation that the words of a refusal name first, of those that `isNew` finds worth a try. */
function adaptationFor(
  words: string,
  status: number | undefined,
  isNew: (one: Adaptation) => boolean,
): Adaptation | undefined {
  const may = (one: Adaptation): boolean =>
    !isFailure(status) || (!isPassing(status, words) && one.isOfTemplate?.(words) === true);
  const named = ADAPTATIONS.filter(may)
    .map((one) => ({ one, at: one.at(words) }))
    .filter(({ one, at }) => at >= 0 && isNew(one))
    .sort((a, b) => a.at - b.at);
  return named[0]?.one;
}

/** `bodyTokens` takes four characters for a token; in scripts such as Chinese one is a token of its own. */
const CHARACTERS_OF_TOKEN = 4;

const cutNotice = (count: number): string =>
  `The model server has no room for all of the conversation: the oldest ${count} messages were left out.`;

/** Whether a refusal with this status may be about the request: templates that fail are told as 500 too. */
const mayMean = (status: number | undefined): boolean =>
  status === undefined || ![401, 402, 403, 408, 429, 503].includes(status);

function aboutOf({ tools, messages }: ModelRequest, from: string): About {
  const thoughts = new Map<number, string>();
  let thoughtName = "reasoning_content";
  for (const [n, message] of messages.entries()) {
    if (message.role !== "assistant" || message.provider?.from !== from || !message.provider.thoughts) continue;
    thoughts.set(n, message.provider.thoughts);
    thoughtName = message.provider.reasoning || thoughtName;
  }
  const optional = tools.filter(({ isOptional }) => isOptional === true).map(({ name }) => name);
  return { optionalTools: new Set(optional), thoughtName, thoughts };
}
