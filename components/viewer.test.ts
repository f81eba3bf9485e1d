import { afterAll, expect, test } from "vitest";
import { noteAnswer, setViewer, signedOut, signInPath, viewerHeaders, viewerName, writeInTurn } from "./viewer";

afterAll(() => setViewer({ kind: "none", id: null }));

test("16: a page says whom it was made for; a visitor is a guest from the first thing they have written", () => {
  setViewer({ kind: "person", id: "ada" });
  expect([viewerHeaders(), viewerName()]).toEqual([{ "x-parley-viewer": "ada" }, "ada"]);
  setViewer({ kind: "none", id: null });
  noteAnswer(200, false);
  noteAnswer(429, true);
  expect(viewerHeaders()).toEqual({});
  noteAnswer(200, true);
  expect([viewerHeaders(), viewerName()]).toEqual([{ "x-parley-viewer": "guest" }, "guest"]);
});

test("17: what a visitor writes at the same time waits for the first of it, by which they become a guest", async () => {
  setViewer({ kind: "none", id: null });
  const sentBy: unknown[] = [];
  const write = (status: number) => async () => {
    sentBy.push(viewerHeaders());
    await new Promise((resolve) => setImmediate(resolve));
    noteAnswer(status, true);
    if (status >= 400) throw new Error("refused");
  };
  const all = [writeInTurn(write(503)), writeInTurn(write(201)), writeInTurn(write(201))];
  await Promise.allSettled(all);
  expect(sentBy).toEqual([{}, {}, { "x-parley-viewer": "guest" }]);
});

test("16: who was known and is refused is signed out until the server knows them again", () => {
  const heard: boolean[] = [];
  setViewer({ kind: "person", id: "ada" });
  const end = signedOut.subscribe(() => heard.push(signedOut.get()));
  for (const status of [200, 401, 401, 404, 503, 200]) noteAnswer(status, false);
  expect(heard).toEqual([true, false]);
  noteAnswer(401, true);
  setViewer({ kind: "person", id: "bob" });
  expect(heard).toEqual([true, false, true, false]);
  end();
  setViewer({ kind: "none", id: null });
  noteAnswer(401, false);
  expect(signedOut.get()).toBe(false);
});

test("16: whoever signs in comes back to where they were", () => {
  expect(signInPath("/s/a b?c")).toBe("/sign-in?from=%2Fs%2Fa%20b%3Fc");
});
