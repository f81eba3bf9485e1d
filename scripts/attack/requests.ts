import { type Dice, dice } from "../prove/texts.ts";
import { formOf } from "./forms.ts";
import type { Attack } from "./send.ts";
import type { Operation, Targets } from "./targets.ts";
import { hostileValue, replacedSomewhere, valuesOf } from "./values.ts";

const MEGABYTE = 1024 * 1024;
const SEGMENTS = [
  "x",
  "%00",
  "%ff",
  "..%2f..",
  "%2e%2e",
  "'",
  "%F0%9F%98%80",
  "0".repeat(5000),
  "*",
  "a;b",
  "%5c",
  "%250a",
];
const PATHS = [
  "*",
  "/%61pi/agents",
  "/api%2fagents",
  "/%2561pi/agents",
  "//api/agents",
  "/x/../api/agents",
  "/api/agents/%ff",
  "/api\\agents",
  "/%00",
  "/%",
  "/_next/data/x/api.json",
  "/_next/image?url=/x&w=1&q=1",
  "/API/agents",
  "http://elsewhere.example/api/agents",
  `/${"a/".repeat(4000)}`,
];
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { rsc: "1", "next-router-state-tree": "x" },
  { "next-action": "x" },
  { "next-router-prefetch": "1", "next-url": "[" },
  { "x-middleware-subrequest": "x", "x-matched-path": "/%" },
  { "content-type": "application/json; charset=utf-16" },
  { "content-type": "multipart/form-data" },
  { "content-type": "application/x-www-form-urlencoded" },
  { "content-type": "text/plain" },
  { "idempotency-key": "" },
  { "idempotency-key": '"' },
  { "idempotency-key": "k".repeat(5000) },
  { "x-forwarded-for": ",,,", "x-forwarded-proto": "," },
  { cookie: `next-auth.session-token=${"x".repeat(4000)}; next-auth.callback-url=%5B` },
  { cookie: "a".repeat(8000) },
  { origin: "null", "sec-fetch-site": "cross-site" },
  { "last-event-id": "9".repeat(500) },
  { "x-custom-api-key": "k".repeat(4000) },
  { range: "bytes=0-", "if-none-match": "*" },
  { "accept-encoding": "x", expect: "x" },
];

/** The request of a number: the same for the same seed, as far as the ids of the server's things allow. */
export function attackOf(n: number, seed: number, key: string, targets: Targets): Attack {
  const chosen = dice(seed, n);
  const pick = <Item>(items: readonly Item[], otherwise: Item): Item => items[chosen.upTo(items.length)] ?? otherwise;
  // Of the forms there are two, which read more than one field.
  const forms = targets.operations.filter(({ isForm }) => isForm);
  const operation = pick(chosen.chance(0.04) ? forms : targets.operations, targets.operations[0] as Operation); // it has some
  const credentials = chosen.chance(0.85) ? { authorization: `Bearer ${key}` } : pick(CREDENTIALS, {});
  const isOdd = chosen.chance(0.04);
  const headers = {
    "content-type": "application/json",
    ...credentials,
    ...(chosen.chance(isOdd ? 0.6 : 0.15) ? pick(HEADERS, {}) : {}),
  };
  const path = isOdd ? pick(PATHS, "/") : pathOf(operation, targets.ids, chosen);
  if (operation.isForm && chosen.chance(0.8)) {
    const { headers: own, ...form } = formOf(chosen, chosen.chance(0.1) ? MEGABYTE : 3000);
    return { n, method: "POST", path, headers: { ...headers, ...own }, ...form };
  }
  const body = operation.method === "GET" || operation.method === "HEAD" ? null : bodyOf(operation, targets, chosen);
  const method = chosen.chance(0.03) ? pick(["OPTIONS", "HEAD", "PUT", "PATCH"], "OPTIONS") : operation.method;
  return { n, method, path, headers, body: method === "HEAD" ? null : body };
}

const CREDENTIALS: readonly Readonly<Record<string, string>>[] = [
  {},
  { authorization: "Bearer wrong" },
  { authorization: `Bearer ${"x".repeat(4000)}` },
  { "x-api-key": "a", "x-auth-key": "b" },
  { "sec-fetch-site": "same-origin" },
];

function pathOf({ path, query }: Operation, ids: Readonly<Record<string, string>>, chosen: Dice): string {
  const filled = path.replaceAll(/\{(\w+)\}/gu, (_, name: string) =>
    chosen.chance(0.8)
      ? (ids[name] ?? "0198c0de-0000-7000-8000-000000000000")
      : (SEGMENTS[chosen.upTo(SEGMENTS.length)] ?? ""),
  );
  const asked = query
    .filter(() => chosen.chance(0.25))
    .map((name) => {
      const text = chosen.chance(0.5) ? "1" : (JSON.stringify(hostileValue(chosen, 500)) ?? "").slice(0, 1000);
      return `${name}=${encodeURIComponent(text.toWellFormed())}`;
    });
  return asked.length === 0 ? filled : `${filled}?${asked.join("&")}`;
}

function bodyOf({ body: schema }: Operation, { components }: Targets, chosen: Dice): Buffer {
  const kind = chosen.next();
  // Most are small, so that many kinds come; some are as large as a body may be.
  const size = kind < 0.015 ? 8 * MEGABYTE - 1000 : kind < 0.1 ? MEGABYTE / 4 : 2000;
  if (chosen.chance(0.12)) return rawBody(chosen, size);
  const valid = valuesOf(components, chosen)(schema ?? {});
  const value = chosen.chance(0.05) ? valid : replacedSomewhere(valid, hostileValue(chosen, size), chosen);
  const bytes = Buffer.from(JSON.stringify(value) ?? "");
  // A few bytes of some are others.
  if (chosen.chance(0.1)) for (let k = 0; k < 3; k++) bytes[chosen.upTo(bytes.length)] = chosen.upTo(256);
  return bytes;
}

const RAW: readonly ((size: number) => string)[] = [
  (size) => `{"messages":[${"{},".repeat(size / 3)}{}]}`,
  (size) => `{"messages":[${"1,".repeat(size / 2)}1]}`,
  (size) => `{"messages":[{"role":"user","content":[${"{},".repeat(size / 3)}{}]}]}`,
  (size) => `{"messages":[${'{"role":"user","content":""},'.repeat(size / 29)}1]}`,
  (size) => `{"messages":[{"role":"user","content":"${"x".repeat(size)}"}],"save":false}`,
  (size) => `{"messages":[{"role":"user","content":"${"é€".repeat(size / 5)}"}],"save":false}`,
  (size) => `{"messages":[{"role":"user","content":"${"\\\\u0000\\\\ud800".repeat(size / 12)}"}],"save":false}`,
  (size) => `{"logit_bias":{${Array.from({ length: size / 12 }, (_, n) => `"k${n}":"x"`).join(",")}}}`,
  (size) => `${"[".repeat(size / 2)}${"]".repeat(size / 2)}`,
  (size) => '{"a":'.repeat(size / 5),
  (size) => `{"a":${"9".repeat(size)}}`,
  (size) => `{"a":1${" ".repeat(size)}`,
  (size) => `["${"a".repeat(size)}`,
  (size) => `{"messages":[],"stream":true,${'"stream":true,'.repeat(size / 14)}"a":1}`,
  () => `{"__proto__":{"a":1},"constructor":{"prototype":{"a":${"[".repeat(300)}`,
  (size) => `email=${encodeURIComponent(`a@${".a".repeat(Math.min(size, 20_000))},`)}&password=x&csrfToken=%ff`,
  (size) => "a=1&".repeat(size / 4),
  () => "",
  () => "null",
  () => "5",
];

function rawBody(chosen: Dice, size: number): Buffer {
  if (chosen.chance(0.1)) return Buffer.from(Array.from({ length: 500 }, () => chosen.upTo(256)));
  const text = RAW[chosen.upTo(RAW.length)]?.(size) ?? "";
  return Buffer.from(text, chosen.chance(0.05) ? "utf16le" : "utf8");
}
