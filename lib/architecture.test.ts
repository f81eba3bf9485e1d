import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { DIALECTS } from "./dialects/index.ts";
import { web } from "./dialects/web/index.ts";

type Layer =
  | "app"
  | "components"
  | "lib/pages"
  | "lib/routes"
  | "lib/http"
  | "lib/sign-in"
  | "lib/server"
  | "lib/outbound"
  | "lib/model"
  | "lib/templates"
  | "lib/ingest"
  | "lib/dialects"
  | "lib/core"
  | "lib/db"
  | "lib/domain";

type Rule = {
  /** The layers whose code it may use, besides its own. */
  readonly uses: readonly Layer[];
  /** The layers of which it may name types. */
  readonly names: readonly Layer[];
  /** The packages that belong to few layers and that this one may use. */
  readonly packages: readonly Package[];
};

/** Packages that are kept in their layers, each by the beginning of its name. */
const KEPT = [
  "next",
  "react",
  "@ai-sdk",
  "ai",
  "prisma",
  "@prisma",
  "pg",
  "@electric-sql",
  "pino",
  "minijinja-js",
  "unpdf",
  "htmlparser2",
] as const;
type Package = (typeof KEPT)[number];

const RULES: Readonly<Record<Layer, Rule>> = {
  app: {
    uses: [
      "components",
      "lib/pages",
      "lib/routes",
      "lib/http",
      "lib/sign-in",
      "lib/server",
      "lib/dialects",
      "lib/core",
      "lib/domain",
    ],
    names: [],
    packages: ["next", "react"],
  },
  components: {
    uses: ["lib/dialects", "lib/domain"],
    names: ["lib/pages"],
    packages: ["next", "react"],
  },
  "lib/pages": {
    uses: ["lib/routes", "lib/sign-in", "lib/server", "lib/dialects", "lib/core", "lib/db", "lib/domain"],
    names: [],
    packages: ["next"],
  },
  "lib/routes": { uses: ["lib/http", "lib/dialects", "lib/core", "lib/db", "lib/domain"], names: [], packages: [] },
  "lib/http": {
    uses: ["lib/sign-in", "lib/server", "lib/dialects", "lib/core", "lib/domain"],
    names: [],
    packages: [],
  },
  "lib/sign-in": {
    uses: ["lib/server", "lib/dialects", "lib/core", "lib/db", "lib/domain"],
    names: [],
    packages: ["next"],
  },
  "lib/server": {
    uses: [
      "lib/outbound",
      "lib/model",
      "lib/templates",
      "lib/ingest",
      "lib/dialects",
      "lib/core",
      "lib/db",
      "lib/domain",
    ],
    names: [],
    packages: ["pino"],
  },
  "lib/outbound": { uses: ["lib/domain"], names: [], packages: [] },
  "lib/model": { uses: ["lib/domain"], names: [], packages: ["@ai-sdk"] },
  "lib/templates": { uses: ["lib/domain"], names: [], packages: ["minijinja-js"] },
  "lib/ingest": { uses: ["lib/domain"], names: [], packages: ["unpdf", "htmlparser2"] },
  "lib/dialects": { uses: ["lib/core", "lib/domain"], names: ["lib/db"], packages: [] },
  "lib/core": { uses: ["lib/db", "lib/domain"], names: [], packages: [] },
  "lib/db": { uses: ["lib/domain"], names: [], packages: ["prisma", "@prisma", "pg", "@electric-sql"] },
  "lib/domain": { uses: [], names: [], packages: [] },
};

/** What components reach of a layer that runs on the server: these files alone. */
const BROWSER_FILES: Readonly<Partial<Record<Layer, readonly string[]>>> = {
  "lib/pages": ["lib/pages/page-data.ts"],
};

/** Layers that no browser holds. */
const ON_SERVER: readonly Layer[] = [
  "lib/core",
  "lib/db",
  "lib/pages",
  "lib/routes",
  "lib/http",
  "lib/sign-in",
  "lib/server",
];

const root = join(import.meta.dirname, "..");
const layers = Object.keys(RULES).filter((name): name is Layer => name in RULES);
const files = layers.flatMap(sources);
const known: ReadonlySet<string> = new Set(files.map(({ file }) => file));
const imports = files.flatMap(importsOf);

test.each(layers)("%s imports only what lies below it", (layer) => {
  const { uses, names } = RULES[layer];
  const wrong = imports.filter(({ from, to, isType }) => {
    if (from !== layer || to === null || to === layer) return false;
    return !uses.includes(to) && !(isType && names.includes(to));
  });
  expect(wrong.map(shown)).toEqual([]);
});

test("a dialect imports nothing of another; the web app's own routes, which add to LlamaCloud's, may of that", () => {
  const dialectOf = (path: string) => /^lib\/dialects\/(\w+)\//u.exec(path)?.[1];
  const wrong = imports.filter(({ file, path }) => {
    const [own, other] = [dialectOf(file), dialectOf(path)];
    if (own === undefined || other === undefined || own === other) return false;
    return !(own === "web" && other === "llamacloud");
  });
  expect(wrong.map(shown)).toEqual([]);
});

/** What each folder of a dialect holds, so that who knows one finds the way in all. */
const DIALECT_FILES = [
  "answers.ts",
  "decode.ts",
  "encode.ts",
  "errors.ts",
  "index.ts",
  "policy.ts",
  "reference.ts",
  "samples.ts",
  "schema.ts",
  "stream.ts",
];
/** What few dialects have besides, each with its reason. */
const MORE_FILES: Readonly<Record<string, readonly string[]>> = {
  // Julep alone has tools on the wire.
  julep: ["tools.ts", "system-tools.ts"],
  // LlamaCloud alone has directories of documents.
  llamacloud: ["library.ts", "library-answers.ts", "library-reference.ts"],
};

test.each(DIALECTS.map(({ name }) => name))("the folder of %s has the files of every dialect", (name) => {
  const folder = join(root, "lib/dialects", name);
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const own = files.filter((file) => !MORE_FILES[name]?.includes(file));
  expect(own.toSorted()).toEqual(DIALECT_FILES);
  expect(existsSync(join(folder, "fixtures/way.ts"))).toBe(true);
});

test("every dialect is in the list under its folder's name, and beside them stands the web app alone", () => {
  const entries = readdirSync(join(root, "lib/dialects"), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.toSorted()).toEqual([...DIALECTS.map(({ name }) => name), web.name].toSorted());
});

test("the schemas of answers are loaded with the reference alone, when somebody asks for it", () => {
  const isReference = (path: string) => /^lib\/dialects\/\w+\/(?:answers|reference)\.ts$/u.test(path);
  const wrong = imports.filter(
    ({ file, path, isType, isLater }) => isReference(path) && !isReference(file) && !isType && !isLater,
  );
  expect(wrong.map(shown)).toEqual([]);
});

/** Packages that take long to load, or much memory, and that a server may never need. */
const NOT_AT_START = [
  "@ai-sdk/openai",
  "@ai-sdk/anthropic",
  "@ai-sdk/google",
  "@ai-sdk/mistral",
  "re2js",
  "expr-eval-fork",
  "gpt-tokenizer",
  "htmlparser2",
  "unpdf",
  "katex",
  "next-auth",
  "minijinja-js",
  "@electric-sql/pglite",
];

test("a start loads no package that only some requests need", () => {
  const reached = closure(new Set(["lib/server/start-server.ts", "lib/server/open-parley.ts"]), true);
  expect(reached.size).toBeGreaterThan(200);
  const wrong = imports.filter(
    ({ file, specifier, isType, isLater }) =>
      reached.has(file) &&
      !isType &&
      !isLater &&
      NOT_AT_START.some((name) => specifier === name || specifier.startsWith(`${name}/`)),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test("pages hold neither what opens the server nor what runs turns, and what probes ask holds no dialect", () => {
  const pages = files.filter(({ file }) => /^app\/.*(?:page|layout)\.tsx$/u.test(file)).map(({ file }) => file);
  const held = closure(new Set(pages), true);
  expect(held.has("lib/server/parley.ts")).toBe(true);
  const notHeld = /^lib\/(?:server\/open-parley|core\/turn\/(?:take-over|run-turn)|model\/(?!instruments|observe))/u;
  expect([...held].filter((file) => notHeld.test(file))).toEqual([]);
  const asked = closure(new Set(["app/api/health/route.ts"]), true);
  expect([...asked].filter((file) => /^lib\/(?:dialects|sign-in)\/|open-parley/u.test(file))).toEqual([]);
});

test.each(layers)("%s leaves the packages of other layers alone", (layer) => {
  const wrong = imports.filter(
    ({ from, packageName }) => from === layer && packageName !== null && !RULES[layer].packages.includes(packageName),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test("components name types of pages' data alone, where they name types of the server", () => {
  const wrong = imports.filter(
    ({ from, to, path }) => from === "components" && to !== null && BROWSER_FILES[to]?.includes(path) === false,
  );
  expect(wrong.map(shown)).toEqual([]);
});

test("what components use of lib runs in a browser: it reaches no core, database, server or Node module", () => {
  const used = imports.filter(
    ({ from, to, isType }) => from === "components" && to !== null && to !== "components" && !isType,
  );
  const reached = closure(new Set(used.map(({ path }) => path)));
  const wrong = imports.filter(
    ({ file, isType, to, specifier }) =>
      reached.has(file) && !isType && (specifier.startsWith("node:") || (to !== null && ON_SERVER.includes(to))),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test("no file needs itself, by way of others, not even for a type", () => {
  const next = Map.groupBy(
    imports.filter(({ path }) => known.has(path)),
    ({ file }) => file,
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" → "));
    if (way.includes(file) || done.has(file)) return;
    for (const { path } of next.get(file) ?? []) walk(path, [...way, file]);
    done.add(file);
  };
  for (const file of known) walk(file, []);
  expect(circles).toEqual([]);
});

test("the core's errors name nouns and fields in its own words, which each dialect words", () => {
  const wire = /\b[a-z]+_[a-z_]+\b|\b(?:GET|POST|PUT|PATCH|DELETE) \/|Idempotency-Key/u;
  const wrong = files
    .filter(({ layer }) => layer === "lib/core" || layer === "lib/db")
    .flatMap(({ file }) =>
      [...readFileSync(join(root, file), "utf8").matchAll(/new ChatError\((.*?)\);?$/gmsu)]
        .map(([, given = ""]) => given.replaceAll(/\$\{[^}]*\}/gu, ""))
        .filter((given) => wire.test(given))
        .map((given) => `${file}: ${given}`),
    );
  expect(wrong).toEqual([]);
});

test("only tests import what is made for tests", () => {
  expect(imports.filter(({ path }) => path.startsWith("lib/testing/")).map(shown)).toEqual([]);
});

/** Who runs SQL and has no statement in `lib/db/sql`. */
const OWN_SQL: Readonly<Record<string, string>> = {
  "lib/db/backup/move.ts": "copies whatever tables there are into another database",
  "lib/db/backup/open-copy.ts": "counts the rows of whatever tables a copy has",
  "lib/db/backup/shorten-log.ts": "asks the database how long its log is",
  "lib/db/backup/tables.ts": "asks the database which tables there are",
  "lib/db/backup/take.ts": "asks the database for what a backup needs",
  "lib/db/in-time.ts": "gives a search a limit of time of its own",
  "lib/db/inspect.ts": "looks at a database that may have another schema, or none",
  "lib/db/limited-pool.ts": "sets the limits of a connection",
  "lib/db/listening.ts": "listens on a connection of its own, and tells texts that no table holds",
  "lib/db/migrate.ts": "works before there is a schema that statements could be held against",
  "lib/db/sql.ts": "begins and ends transactions",
  "lib/db/upkeep.ts": "asks the embedded database which tables need a vacuum, and has it done",
  "lib/db/vector-tables.ts": "works on tables that are there where the database has pgvector",
};

test("SQL by hand stands in lib/db/sql, where it is held against the schema; elsewhere only for a reason", () => {
  const isSql = /["'`]\s*(?:select\s|insert\s+into\s|update\s+"|delete\s+from\s|with\s+\w+\s+as\s)/iu;
  const isRun = /\.query(?:<[^(]*>)?\(|\bstatement(?:<[^(]*>)?\(|\$(?:query|execute)Raw/u;
  const found = files.filter(({ file }) => {
    const source = codeOf(file);
    return !file.startsWith("lib/db/sql/") && (isSql.test(source) || isRun.test(source));
  });
  expect(found.map(({ file }) => file).toSorted()).toEqual(Object.keys(OWN_SQL));
});

test("every file of lib lies in a layer", () => {
  const folders = readdirSync(join(root, "lib"), { withFileTypes: true });
  const names = [...layers.map((layer) => layer.replace("lib/", "")), "testing"];
  const strange = folders.filter((entry) => !names.includes(entry.name) && !entry.name.endsWith(".test.ts"));
  expect(strange.map((entry) => entry.name)).toEqual([]);
});

type Import = {
  readonly file: string;
  readonly from: Layer;
  readonly specifier: string;
  /** The file it names within the tree, or the specifier of a package. */
  readonly path: string;
  readonly to: Layer | null;
  readonly packageName: Package | null;
  readonly isType: boolean;
  /** Whether it is loaded when it is needed. */
  readonly isLater: boolean;
};

function sources(layer: Layer): { readonly layer: Layer; readonly file: string }[] {
  return readdirSync(join(root, layer), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/u.test(name) && !/\.test\.tsx?$/u.test(name))
    .filter((name) => !/(?:^|\/)(?:fixtures|generated)\//u.test(name))
    .map((name) => ({ layer, file: join(layer, name) }));
}

/** The text of a file without the lines that are comments. */
function codeOf(file: string): string {
  return readFileSync(join(root, file), "utf8").replaceAll(/^\s*(?:\/\/.*|\/?\*.*)$/gmu, "");
}

function importsOf({ layer, file }: { readonly layer: Layer; readonly file: string }): Import[] {
  const source = codeOf(file);
  const statements = source.matchAll(
    /^(?:import|export)\s+(?:(type)\s+)?(?:([\w*{}\s,$]+?)\s+from\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gmu,
  );
  return [...statements].map((match): Import => {
    const [, type, bindings = "", statically, dynamically = ""] = match;
    const specifier = statically ?? dynamically;
    const path = resolved(file, specifier);
    return {
      file,
      from: layer,
      specifier,
      path,
      to: layers.find((one) => path.startsWith(`${one}/`)) ?? null,
      packageName:
        KEPT.find(
          (name) => specifier === name || specifier.startsWith(`${name}/`) || specifier.startsWith(`${name}-`),
        ) ?? null,
      isType: type === "type" || areAllTypes(bindings),
      isLater: statically === undefined,
    };
  });
}

function areAllTypes(bindings: string): boolean {
  const inner = /^\{([^}]*)\}$/u.exec(bindings.trim())?.[1];
  const names =
    inner
      ?.split(",")
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return names.length > 0 && names.every((name) => name.startsWith("type "));
}

function resolved(file: string, specifier: string): string {
  const isOwn = specifier.startsWith(".") || specifier.startsWith("@/");
  if (!isOwn) return specifier;
  const path = specifier.startsWith("@/") ? specifier.slice(2) : relative(root, join(root, dirname(file), specifier));
  const spellings = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`];
  return spellings.find((one) => known.has(one)) ?? path;
}

/** The files that these need at run time, themselves included; `isAtOnce`: without what is loaded when it is needed. */
function closure(start: ReadonlySet<string>, isAtOnce = false): ReadonlySet<string> {
  const reached = new Set(start);
  for (const file of reached) {
    for (const one of imports) {
      if (one.file !== file || one.to === null || one.isType || (isAtOnce && one.isLater)) continue;
      reached.add(one.path);
    }
  }
  return reached;
}

const shown = ({ file, specifier }: Import): string => `${file} imports ${specifier}`;
