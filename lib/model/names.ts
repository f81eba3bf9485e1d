/** Of OpenAI, where nobody has named one. */
export const DEFAULT_MODEL = "gpt-4.1-mini";

/** The models that a provider is asked for where a turn, or the writing of titles and summaries, names none. */
export function modelNames({ model = DEFAULT_MODEL, smallModel = model }: { model?: string; smallModel?: string }) {
  return { defaultModel: model, smallModel };
}
