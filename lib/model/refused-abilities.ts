import { ChatError } from "../domain/errors.ts";
import type { ModelRequest } from "../domain/model.ts";
import { ADAPTATIONS } from "./adaptations.ts";
import type { Lessons } from "./adapting.ts";
import { refusalWords } from "./provider-error.ts";

/** What a model turned out not to be able to. */
export type Inability = "tools" | "images";

const NO_TOOLS = ADAPTATIONS.find(({ name }) => name === "without tools");

// As servers say it: OpenAI, Anthropic, Mistral, Gemini, DeepSeek, xAI, OpenRouter, vLLM, llama.cpp, Ollama and LM Studio, by
// their documents and by reports.
const NO_IMAGES = [
  /\bimage(?:s|[_ -]?url)?\b[\w '"`-]{0,40}(?:\bnot\b|n't\b|\bun|\bno longer\b).{0,20}(?:support|enabl|allow|accept|permit|available)/iu,
  /(?:\bnot\b|n't\b|\bno\b|\bnone\b|cannot|\bunable\b|\black\w*).{0,60}(?:support|accept|enabl|process|handle|understand|capab|see).{0,40}(?:\bimages?\b|\bimage_url\b|\bvision\b|multi-?modal)/iu,
  /(?:missing|required).{0,40}\bimage input/iu,
  /at most 0 images?\b/iu,
  /not (?:a )?(?:multi-?modal|vision)\b/iu,
  /\bimage_url\b.{0,40}only supported by certain models/iu,
  /unknown variant .?image_url/iu,
];
/** Said of one image, and not of the model. */
const OF_ONE_IMAGE =
  /(?:image|media|mime|file)[ _-]?(?:format|type|size|dimension)|too (?:large|big|many|small)|more than|corrupt|download|fetch|decod|base64|webp|\bgif\b|\bsvg\b|heic|exceed|\b(?:4\d\d|expired)\b url/iu;

/** What a refusal says that the model cannot do which was asked; null: nothing of the kind. */
export function inabilityIn(words: string, asked: ReadonlySet<Inability>): Inability | null {
  if (asked.has("images") && !OF_ONE_IMAGE.test(words) && NO_IMAGES.some((one) => one.test(words))) return "images";
  if (asked.has("tools") && (NO_TOOLS?.at(words) ?? -1) >= 0) return "tools";
  return null;
}

/** Remembers what a model cannot do, where its provider has refused a request for it. */
export function noteInability(known: Lessons, request: ModelRequest, thrown: unknown): void {
  if (!(thrown instanceof ChatError) || thrown.code === "cancelled") return;
  const inability = inabilityIn(refusalWords(thrown), askedIn(request));
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
