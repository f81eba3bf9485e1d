import { DRAWING, FOR_ALL } from "./lib/server/answer-headers.ts";

const listed = (headers) => Object.entries(headers).map(([key, value]) => ({ key, value }));

/** Vercel answers for files itself, where no code of ours could add to them. The page of a link says its own of the first. */
const headersOfFiles = [{ source: "/((?!sign-in/link).*)", headers: listed(FOR_ALL) }];
/** What the frame that draws diagrams says of itself; the last that matches counts. */
const headersOfDrawing = Object.entries(DRAWING).map(([source, headers]) => ({ source, headers: listed(headers) }));

const UNREAD = ["node_modules/sharp/**", "node_modules/@img/**", "lib/ingest/fixtures/**"];

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
  // The compiler that keeps what need not be drawn again is the one in Turbopack itself: the other costs a pass of Babel.
  reactCompiler: true,
  experimental: {
    preloadEntriesOnStart: false,
    turbopackRustReactCompiler: true,
    // What comes to a page is held in memory for `proxy.ts`, 10 MB of it by Next's own choice; the largest form has 1 KB.
    proxyClientMaxBodySize: "16kb",
  },
  // What is read by its path, so that no import leads there: the thread of templates, its engine, the process that reads
  // documents, and the names of the migrations, which a start compares.
  outputFileTracingIncludes: {
    "/**": [
      "./lib/templates/engine.ts",
      "./lib/templates/functions.ts",
      "./lib/templates/render-here.ts",
      "./lib/templates/thread.ts",
      "./lib/domain/errors.ts",
      "./lib/domain/extraction.ts",
      "./lib/domain/text.ts",
      "./lib/ingest/*.ts",
      "./node_modules/{unpdf,htmlparser2,domhandler,domutils,domelementtype,dom-serializer,entities}/package.json",
      "./node_modules/{unpdf,htmlparser2,domhandler,domutils,domelementtype,dom-serializer,entities}/dist/**/*",
      // Tables of letters for old PDFs.
      "./node_modules/pdfjs-dist/{package.json,cmaps/*}",
      "./node_modules/minijinja-js/package.json",
      "./node_modules/minijinja-js/dist/node/*",
      "./prisma/migrations/**/*",
    ],
  },
  // Found by tracing, though nothing runs it: the converter of pictures, and what only tests read.
  outputFileTracingExcludes: { "/**": UNREAD, "next-server": UNREAD },
  headers: async () => [...(process.env.VERCEL ? headersOfFiles : []), ...headersOfDrawing],
  poweredByHeader: false,
  // The app shows no picture through Next, so that nobody needs its converter, and it is not open to strangers.
  images: { unoptimized: true },
  // For a container: a copy of what the server needs. See scripts/image/assemble.ts.
  ...(process.env.PARLEY_BUILD === "image" ? { output: "standalone" } : {}),
  reactStrictMode: true,
};
