/** @type {import("next").NextConfig} */
export default {
  // Both spellings of every path reach the handler: the official clients differ in trailing slashes.
  skipTrailingSlashRedirect: true,
  // These hold native or WebAssembly parts, or must exist once in the process.
  serverExternalPackages: [
    "pg",
    "ioredis",
    "gpt-tokenizer",
    "pino",
    "rate-limiter-flexible",
    "@node-rs/argon2",
    "@prisma/adapter-pg",
    "@prisma/schema-engine-wasm",
    "minijinja-js",
  ],
  // Checked by `npm test`, by the same compiler: who only starts the app need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // Loading every route at the start takes longer than the start itself; a route is loaded with its first request.
  experimental: { preloadEntriesOnStart: false },
  poweredByHeader: false,
  // The app shows no picture through Next, so that nobody needs its converter, and it is not open to strangers.
  images: { unoptimized: true },
  // For a container: a copy of what the server needs. See scripts/image/assemble.ts.
  ...(process.env.PARLEY_BUILD === "image" ? { output: "standalone" } : {}),
  reactStrictMode: true,
};
