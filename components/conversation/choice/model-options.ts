import type { ListedModel } from "../../api";
import type { ChoiceGroup, Choosable } from "./rows";

/** What stands for the server's own provider, whose models have no provider in their names. */
const OWN = "This server";

/**
 * The models that may be chosen, by their providers: first `ownModel`, which answers where nobody has chosen. Of the
 * server's own models those of a router such as OpenRouter stand by what is before the slash in their names.
 */
export function modelGroups(models: readonly ListedModel[], ownModel: string): readonly ChoiceGroup[] {
  const own = models.find(({ id }) => id === ownModel);
  const groups = new Map<string, Map<string, Choosable>>();
  for (const model of models) {
    if (model.id === ownModel) continue;
    const title = model.provider ?? makerIn(model.id) ?? OWN;
    const group = groups.get(title) ?? new Map<string, Choosable>();
    group.set(model.id, { id: model.id, name: nameIn(model), ...told(model) });
    groups.set(title, group);
  }
  if (groups.size === 0) return [];
  const first = { id: "", name: ownModel, ...(own ? told(own) : { note: "" }) };
  const rest = [...groups].map(([title, items]) => ({ title, items: [...items.values()] }));
  return [{ title: "The agent’s own", items: [first] }, ...rest];
}

function makerIn(id: string): string | null {
  const at = id.indexOf("/");
  return at > 0 ? id.slice(0, at) : null;
}

/** The model's own name: its group says the provider. */
const nameIn = ({ id, provider }: ListedModel): string =>
  provider !== null && id.startsWith(`${provider}/`) ? id.slice(provider.length + 1) : id;

/** A model that is asked for by name, of a provider that has not told all it has; null for any other text. */
export function namedModel(text: string, unlisted: readonly string[]): Choosable | null {
  const id = text.trim();
  const provider = makerIn(id);
  if (provider === null || !unlisted.includes(provider) || id.length === provider.length + 1) return null;
  return /\s/u.test(id) ? null : { id, name: id, note: `Not in a list of ${provider}: it is asked for by this name` };
}

/** What is known of a model, the most telling first. Who searches for images wants none that sees none. */
function told({ label, context_window: window, images, tools, reasoning, price }: ListedModel) {
  const known = [
    label,
    window === null ? null : `${shortCount(window)} tokens`,
    images === null ? null : images ? "images" : "no images",
    tools === null ? null : tools ? "tools" : "no tools",
    reasoning ? "reasoning" : null,
    price === null ? null : priceWords(price),
  ].filter((fact) => fact !== null);
  return {
    // Lines break between facts alone.
    note: known.map((fact) => fact.replaceAll(" ", "\u00A0")).join(" · "),
    find: known.filter((fact) => !fact.startsWith("no ")).join(" "),
  };
}

/** `8k`, `131k`, `1M`, `1.5M`. */
export function shortCount(tokens: number): string {
  if (tokens < 1000) return `${tokens}`;
  if (tokens < 999_500) return `${Math.round(tokens / 1000)}k`;
  return `${Math.round(tokens / 100_000) / 10}M`;
}

type Price = NonNullable<ListedModel["price"]>;

/** `$3 in, $15 out`: dollars for a million tokens. */
function priceWords({ input, output }: Price): string {
  if (input === 0 && output === 0) return "free";
  const parts = [input === null ? null : `${dollars(input)} in`, output === null ? null : `${dollars(output)} out`];
  return parts.filter((part) => part !== null).join(", ");
}

function dollars(amount: number): string {
  const isWhole = Number.isInteger(amount);
  const digits = { minimumFractionDigits: isWhole ? 0 : 2, maximumFractionDigits: 4 };
  return `$${amount.toLocaleString("en", digits)}`;
}
