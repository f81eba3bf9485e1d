import { expect, test } from "vitest";
import type { AttachedFile } from "./attachment";
import { createLateUploads } from "./late-uploads";

const stored = (name: string): AttachedFile => ({ id: name, name, media_type: "text/plain", size: 1 });
const file = (name: string) => new File(["x"], name);

function device() {
  const kept: [string | null, string][] = [];
  const said: string[] = [];
  const late = createLateUploads({
    send: ({ name }) => (name === "bad" ? Promise.reject(new Error("no")) : Promise.resolve(stored(name))),
    keep: (sessionId, { name }) => kept.push([sessionId, name]),
    say: (text) => said.push(text),
  });
  return { late, kept, said };
}

test("files on their way go on when their composer is left, and wait in the draft of its session", async () => {
  const { late, kept, said } = device();
  await late.goOn("s", { name: "a", arrives: Promise.resolve(stored("a")) }, [file("b")]);
  expect(kept).toEqual([
    ["s", "a"],
    ["s", "b"],
  ]);
  expect(said).toHaveLength(2);
});

test("one that does not arrive is said, and those behind it go on", async () => {
  const { late, kept, said } = device();
  await late.goOn("s", { name: "a", arrives: Promise.reject(new Error("no")) }, [file("bad"), file("b")]);
  expect(kept).toEqual([["s", "b"]]);
  expect(said.slice(0, 2)).toEqual([
    "“a” has not arrived. Attach it again.",
    "“bad” has not arrived. Attach it again.",
  ]);
});

test("they come into the composer of their session where it is open again", async () => {
  const { late, kept, said } = device();
  const taken: string[] = [];
  const leave = late.take("s", ({ name }) => taken.push(name));
  await late.goOn("s", null, [file("a")]);
  await late.goOn("other", null, [file("b")]);
  leave();
  await late.goOn("s", null, [file("c")]);
  expect(taken).toEqual(["a"]);
  expect(kept).toEqual([
    ["other", "b"],
    ["s", "c"],
  ]);
  expect(said).toHaveLength(2);
});
