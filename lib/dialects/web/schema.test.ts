import { expect, test } from "vitest";
import { AccountBody } from "./schema.ts";

const issuesOf = (email: string) => AccountBody.safeParse({ email, password: "a long password" }).error?.issues ?? [];

test.each(["ada@example.org", " ada@example.org\n", "ada+x@a.b.example", "ädä@exämple.org", "o'neil@example.co.uk"])(
  "S23: %j is an e-mail address",
  (email) => {
    expect(issuesOf(email)).toEqual([]);
  },
);

test.each([
  ["a control character", "ada\u0000@example.org"],
  ["what stands for one that cannot be stored", "ada\ufffd@example.org"],
  ["a delete", "ada\u007f@example.org"],
  ["a next line", "ada\u0085x@example.org"],
  ["a change of direction", "ada\u202e@example.org"],
  ["an isolate", "a\u2066da@example.org"],
  ["a zero-width space", "ada@exam\u200bple.org"],
  ["a zero-width joiner", "ada\u200d@example.org"],
  ["a byte order mark", "a\ufeffda@example.org"],
  ["a soft hyphen", "ada@exam\u00adple.org"],
  ["a variation selector", "ada\ufe0f@example.org"],
  ["a filler", "ada\u3164@example.org"],
  ["a tag", "ada\u{e0041}@example.org"],
  ["a character of private use", "ada\ue000@example.org"],
  ["half a pair", "ada\ud800@example.org"],
])("S23: an e-mail address with %s is refused, and the field named", (_, email) => {
  expect(issuesOf(email)).toMatchObject([
    { path: ["email"], message: "An e-mail address has no control characters and no invisible ones" },
  ]);
});

test.each(["ada", "ada@example", "ada@.org", "ada@a..b", "@example.org", "a b@example.org", "ada@example.org,b@c.d"])(
  "S1: %j is no e-mail address",
  (email) => {
    expect(issuesOf(email)).toMatchObject([{ path: ["email"] }]);
  },
);
