import { expect, test } from "vitest";
import { highlight } from "./highlight";

const kinds = (code: string, language: string) =>
  highlight(code, language)
    .filter((token) => token.kind)
    .map((token) => `${token.kind} ${token.text}`);

test("tells keywords, calls, strings, numbers and comments apart", () => {
  expect(kinds('const x = f("a", 12); // end', "ts")).toEqual([
    "keyword const",
    "function f",
    'string "a"',
    "number 12",
    "comment // end",
  ]);
  expect(kinds("SELECT count(*) FROM t -- all", "sql")).toEqual([
    "keyword SELECT",
    "function count",
    "keyword FROM",
    "comment -- all",
  ]);
});

test("the pieces join to the code, whatever it is", () => {
  for (const language of ["ts", "python", "sql", "bash", "rust", "html", "unknown"]) {
    const code = "a = `x ${1}` /* \" */ '''\n# <b>é 😀</b> 0xff -- $1";
    expect(
      highlight(code, language)
        .map((token) => token.text)
        .join(""),
    ).toBe(code);
  }
});
