/**
 * Has V8 compile each function of WebAssembly once, and fast: what `open-pglite.ts` says of it. Without "no-" it is as
 * ever.
 */
export const COMPILED_ONCE: readonly string[] = ["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"];
