/**
 * The address of an endpoint under a base URL, such as "chat/completions". The query of the base is kept
 * ("?api-version=…"), and a base that is the address of an endpoint itself stands for what is above it.
 */
export function endpointUrl(baseUrl: string, endpoint: string): URL {
  const url = new URL(baseUrl);
  const base = url.pathname.replace(/\/+$/u, "").replace(/\/(?:chat\/completions|completions|models|embeddings)$/u, "");
  url.pathname = `${base}/${endpoint}`;
  url.hash = "";
  return url;
}

/** Names whose models are at an address, without what its query may hold. */
export const providerName = (url: URL): string => url.origin + url.pathname.replace(/\/(?:chat\/completions)$/u, "");

/** The family of a model: what its makers' names have in common, such as "gemini" of "google/gemini-3-pro-preview". */
export function modelFamily(model: string): string {
  const name = model.toLowerCase().split("/").at(-1) ?? "";
  return /^[a-z]+/u.exec(name)?.[0] ?? name;
}

/** The headers that say who asks. Azure takes its keys under a name of its own. */
export const keyHeaders = (url: URL, apiKey: string | undefined): Record<string, string> =>
  apiKey === undefined
    ? {}
    : {
        authorization: `Bearer ${apiKey}`,
        ...(/\.azure\.com$/u.test(url.hostname) ? { "api-key": apiKey } : {}),
      };
