import { ChatError } from "../domain/errors.ts";
import type { ModelRequest } from "../domain/model.ts";
import { isPassing } from "./adaptation.ts";
import { ADAPTATIONS } from "./adaptations.ts";
import { refusesImages } from "./image-refusal.ts";
import type { Lessons } from "./lessons.ts";
import { refusalWords } from "./provider-error.ts";

/** What a model turned out not to be able to. */
export type Inability = "tools" | "images";

const NO_TOOLS = ADAPTATIONS.find(({ name }) => name === "without tools");

/** What a refusal says that the model cannot do which was asked; null: nothing of the kind. */
export function inabilityIn(words: string, asked: ReadonlySet<Inability>): Inability | null {
  if (asked.has("images") && refusesImages(words)) return "images";
  if (asked.has("tools") && NO_TOOLS?.at(words) === 0) return "tools";
  return null;
}

/** Remembers what a model cannot do, where its provider has refused a request for it. */
export function noteInability(known: Lessons, request: ModelRequest, thrown: unknown): void {
  if (!(thrown instanceof ChatError) || thrown.code === "cancelled") return;
  const words = refusalWords(thrown);
  if (isPassing(thrown.details.providerStatus, words)) return;
  const inability = inabilityIn(words, askedIn(request));
  if (inability !== null) known.of(request.model).cannot.add(inability);
}

function askedIn({ messages, tools }: ModelRequest): ReadonlySet<Inability> {
  const hasImages = messages.some(
    (message) => message.role === "user" && message.parts.some(({ type }) => type !== "text"),
  );
  return new Set<Inability>([
    ...(hasImages ? (["images"] as const) : []),
    ...(tools.length > 0 ? (["tools"] as const) : []),
  ]);
}
