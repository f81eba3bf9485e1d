import type { ModelInfo } from "../domain/model.ts";
import { NO_IMAGES } from "./adaptations.ts";

/** What is remembered of a model: what it does not take, and how much it holds where its refusal said so. */
export type Learned = {
  readonly names: Set<string>;
  /** What it turned out not to be able to, whether or not it could be asked without. */
  readonly cannot: Set<"tools" | "images">;
  window: number | null;
  /** Tokens, as `bodyTokens` guesses them, of a prompt that had room after longer ones had none. */
  room: number | null;
  readonly until: number;
};

/** What the models of one server do not take. */
export type Lessons = {
  readonly of: (model: string) => Learned;
  /** A model of a list with what its refusals said of it, which counts before what the list says. */
  readonly informed: (model: ModelInfo) => ModelInfo;
};

const MOST_MODELS = 200;
/** Servers change: after so long each is asked plainly once more. */
const KEPT_MS = 12 * 60 * 60_000;

/** An empty memory: at most 200 models, each for twelve hours. */
export function lessons(now: () => number = Date.now): Lessons {
  const learned = new Map<string, Learned>();
  const find = (model: string): Learned | undefined => {
    const known = learned.get(model);
    return known && known.until > now() ? known : undefined;
  };
  return {
    of(model) {
      const known = find(model) ?? {
        names: new Set<string>(),
        cannot: new Set(),
        window: null,
        room: null,
        until: now() + KEPT_MS,
      };
      learned.delete(model);
      learned.set(model, known);
      const [oldest] = learned.keys();
      if (learned.size > MOST_MODELS && oldest !== undefined) learned.delete(oldest);
      return known;
    },
    informed(model) {
      const known = find(model.id);
      if (known === undefined) return model;
      const { window, names, cannot } = known;
      const contextWindow = window ?? model.contextWindow;
      const tools = names.has("without tools") || cannot.has("tools") ? false : model.tools;
      return {
        ...model,
        contextWindow,
        tools,
        images: names.has(NO_IMAGES) || cannot.has("images") ? false : model.images,
      };
    },
  };
}
