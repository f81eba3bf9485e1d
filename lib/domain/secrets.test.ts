import { expect, test } from "vitest";
import {
  hiding,
  isSecretName,
  secretTexts,
  starred,
  withoutLongWords,
  withoutSecretShapes,
  withoutSecrets,
} from "./secrets.ts";

const SECRET = `Zq7-"r T9+wX/4mB=yK2&vN8`;
const hide = hiding([SECRET, "shortish", "tiny", undefined, null]);

const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each<[string, string]>([
  ["as it stands", `say ${SECRET} now`],
  ["in a URL", `/x?k=${encodeURIComponent(SECRET)}&y=1`],
  ["in JSON", JSON.stringify({ a: SECRET })],
  ["in hex", Buffer.from(SECRET).toString("hex")],
  ["in upper-case hex", Buffer.from(SECRET).toString("hex").toUpperCase()],
  ["in base64", base64(SECRET)],
  ["in base64 behind one byte", base64(`x${SECRET}`)],
  ["in base64 behind two bytes", base64(`xy${SECRET}z`)],
  ["in base64 for URLs", Buffer.from(`user:${SECRET}`).toString("base64url")],
  ["cut at its end", `say ${SECRET.slice(0, 14)}…`],
  ["cut at its beginning", `…${SECRET.slice(-13)} now`],
  ["twice", `${SECRET},${SECRET}`],
])("a secret is hidden %s", (_, text) => {
  const shown = hide(text);
  expect(shown).toContain("[hidden]");
  for (const form of [
    SECRET,
    base64(SECRET).slice(0, -4),
    Buffer.from(SECRET).toString("hex"),
    encodeURIComponent(SECRET),
  ]) {
    for (let at = 0; at + 12 <= form.length; at++) expect(shown).not.toContain(form.slice(at, at + 12));
  }
});

test("what is no secret stays, and a short word is hidden only where it is long enough to be a secret", () => {
  expect(hide("a tiny text with shortish in it")).toBe("a tiny text with [hidden] in it");
  expect(hiding([])(SECRET)).toBe(SECRET);
  expect(hiding(["the same secret for all"])("the secret of the day")).toBe("the secret of the day");
});

test("a long text is read once", () => {
  const startedAt = performance.now();
  for (const piece of ["://", "?a", "eyJ", "sk-", '"key', "Bearer ", "x", "?key=", " "]) {
    const text = piece.repeat(400_000 / piece.length);
    starred(withoutSecretShapes(hide(text)));
  }
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test.each<[string, string]>([
  ["Authorization: Bearer abcdefgh12", "Authorization: Bearer [hidden]"],
  ["postgresql://me:pass@db/name", "postgresql://[hidden]@db/name"],
  ["GET /x?api_key=abc&y=1", "GET /x?api_key=[hidden]&y=1"],
  ["/callback?code=abc&state=def", "/callback?code=[hidden]&state=[hidden]"],
  ["token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln here", "token [hidden] here"],
  ["Incorrect key sk-proj-abcdefghijklmnop", "Incorrect key [hidden]"],
  ["The model gpt-4o-mini-2024-07-18 does not exist", "The model gpt-4o-mini-2024-07-18 does not exist"],
  ["https://example.org/path?page_token_count=2", "https://example.org/path?page_token_count=2"],
])("what looks like a secret is hidden in %j", (text, shown) => {
  expect(withoutSecretShapes(text)).toBe(shown);
});

test("names tell secrets from what counts them", () => {
  const secret = [
    "password",
    "currentPassword",
    "api_key",
    "apiKey",
    "X-API-Key",
    "key",
    "access_token",
    "Authorization",
    "cookies",
    "setup",
  ];
  expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
  const plain = ["max_tokens", "tokens", "total_tokens", "name", "content", "keyboard", "author", "monkeys_seen"];
  expect(plain.filter(isSecretName)).toEqual([]);
});

test("a value loses what stands under names of secrets, and keeps the rest", () => {
  const value = {
    email: "a@b.c",
    password: "p",
    deep: [{ apiKey: "k", n: 1, url: "http://u:p@h/?token=t" }],
    headers: { a: "b" },
  };
  expect(withoutSecrets(value)).toEqual({
    email: "a@b.c",
    password: "[hidden]",
    deep: [{ apiKey: "[hidden]", n: 1, url: "http://[hidden]@h/?token=[hidden]" }],
    headers: "[hidden]",
  });
});

test("a text that is no JSON keeps its places", () => {
  const text = '{"api_key": "abc", "name": "x", broken';
  expect(starred(text)).toBe('{"api_key": "***", "name": "x", broken');
});

test("the secrets of a value are found by their names", () => {
  const value = { headers: { accept: "a" }, json: { token: "t", x: "y" }, setup: { deep: ["s"] } };
  expect(secretTexts(value)).toEqual(["a", "t", "s"]);
});

test("long words of others are hidden", () => {
  expect(withoutLongWords("state mismatch, expected abcdefghijklmnopqrstuvwxyz, got: x")).toBe(
    "state mismatch, expected [hidden], got: x",
  );
});
