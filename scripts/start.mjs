// The way in for npm start and npm run dev. JavaScript, because Node takes a tenth of a second to learn TypeScript:
// what is loaded from here on, in every thread, was compiled by the start before. A build clears it.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "../.next/compile-cache");
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import("./serve.ts");
