/** The models of one provider, in its order. */
export type ModelGroup = { readonly provider: string; readonly models: readonly string[] };

/** What stands for the server's own provider, whose models have no provider in their names. */
const OWN = "This server";

/**
 * The models that may be chosen beside the one that answers by itself, by what stands before the slash in their names. An
 * added provider's all have one; of the server's own models those of a router such as OpenRouter may have one too.
 */
export function modelGroups(models: readonly string[], ownModel: string): readonly ModelGroup[] {
  const groups = new Map<string, string[]>();
  for (const id of new Set(models)) {
    if (id === ownModel) continue;
    const at = id.indexOf("/");
    const provider = at > 0 ? id.slice(0, at) : OWN;
    const group = groups.get(provider) ?? [];
    group.push(id);
    groups.set(provider, group);
  }
  return [...groups].map(([provider, all]) => ({ provider, models: all }));
}
