/** A model as the app's list has it, of which nobody knows more than `facts`. */
export const listedModel = <Facts extends object>(id: string, facts?: Facts) => ({
  id,
  label: null,
  provider: null,
  context_window: null,
  tools: null,
  images: null,
  reasoning: null,
  price: null,
  ...facts,
});
