import { isId } from "../domain/ids.ts";

/**
 * The path of a request as a log may have it: names of the routes and ids stand as they are, and whatever else a caller
 * has written stands as what it is of the route: `/v1/bots/{bot}`, `/api/{rest}`.
 */
export async function loggedPath(
  request: Request,
  context: { readonly params?: Promise<Readonly<Record<string, unknown>>> },
): Promise<string> {
  const given = Object.entries((await context.params) ?? {}).flatMap(([name, value]) =>
    textsOf(value).map((text) => [text, name] as const),
  );
  const segments = new URL(request.url).pathname.split("/");
  // From the end, so that what a caller has called like a part of the route is not taken for it.
  for (let at = segments.length - 1; at > 0 && given.length > 0; at--) {
    const segment = segments[at] ?? "";
    const last = given.findLastIndex(([text]) => text === segment || text === decoded(segment));
    const [found] = last < 0 ? [] : given.splice(last, 1);
    if (found && !isId(segment)) segments[at] = `{${found[1]}}`;
  }
  return segments.join("/");
}

/** What a parameter may stand as: one that holds a slash is one part of the path, or several. */
function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  const text = String(value);
  return text.includes("/") ? [text, ...text.split("/")] : [text];
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
