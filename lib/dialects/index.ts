import { EDIT, READ_ONLY } from "../domain/api-key.ts";
import { assistants } from "./assistants/index.ts";
import { bots } from "./bots/index.ts";
import type { Dialect, Surface } from "./dialect.ts";
import { julep } from "./julep/index.ts";
import { llamacloud } from "./llamacloud/index.ts";

/** The published dialects, in the order in which people read of them. */
export const DIALECTS: readonly Dialect[] = [
  llamacloud, //
  julep,
  assistants,
  bots,
];

/** What a key can be narrowed to: some of the dialects, and to reading. */
export const KEY_SCOPES: readonly string[] = [...DIALECTS.map(({ name }) => name), READ_ONLY, EDIT];

/** The surface that answers a path: the one with the longest prefix of it. Null for a page. */
export function surfaceAt<Found extends Pick<Surface, "prefixes">>(
  path: string,
  surfaces: readonly Found[],
): Found | null {
  const lengthIn = ({ prefixes }: Found) =>
    Math.max(0, ...prefixes.filter((one) => path === one || path.startsWith(`${one}/`)).map((one) => one.length));
  const [longest] = surfaces.toSorted((a, b) => lengthIn(b) - lengthIn(a));
  return longest && lengthIn(longest) > 0 ? longest : null;
}
