import type { World } from "./world.ts";

/** Something that must hold. Throws where it does not; gives figures to be told. */
export type Try = { readonly name: string; readonly run: (world: World) => Promise<string | undefined> };
