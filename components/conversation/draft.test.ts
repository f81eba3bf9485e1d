import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { setViewer } from "../viewer";
import { forgetDraft, readDraftFiles, writeDraftFiles } from "./attachments/draft-files";
import { fieldDraft, forgetCall, textDraft } from "./call-drafts";
import { claimDrafts, dropDrafts, readDraft, writeDraft } from "./draft";

/** As a browser's: what is kept are its own properties. */
const methods = {
  getItem(this: Record<string, string>, key: string) {
    return this[key] ?? null;
  },
  setItem(this: Record<string, string>, key: string, value: string) {
    this[key] = value;
  },
  removeItem(this: Record<string, string>, key: string) {
    delete this[key];
  },
};
const before = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
beforeAll(() => {
  Object.defineProperty(globalThis, "localStorage", { value: Object.create(methods), configurable: true });
});
afterAll(() => {
  if (before) Object.defineProperty(globalThis, "localStorage", before);
  else Reflect.deleteProperty(globalThis, "localStorage");
  setViewer({ kind: "none", id: null });
});
beforeEach(() => {
  for (const key of Object.keys(localStorage)) localStorage.removeItem(key);
});

function be(id: string | null) {
  setViewer(id === null ? { kind: "none", id: null } : { kind: "person", id });
  claimDrafts();
}

test("16: what a person typed is seen by nobody else, and is there when they come back", () => {
  be("ada");
  writeDraft("s", "a secret");
  be(null);
  expect(readDraft("s")).toBe("");
  be("ada");
  expect(readDraft("s")).toBe("a secret");
});

test("16: another person who signs in takes it off the device", () => {
  be("ada");
  writeDraft(null, "a secret");
  localStorage.setItem("parley:queue:ada:s", "[]");
  localStorage.setItem("parley-model", "kept");
  be("bob");
  expect(readDraft(null)).toBe("");
  expect(Object.keys(localStorage)).toEqual(["parley-model"]);
});

test("16: what a guest typed goes along when they sign in", () => {
  be(null);
  writeDraft("s", "half a question");
  be("ada");
  expect(readDraft("s")).toBe("half a question");
});

test("16: nothing stays on the device of who signs out", () => {
  be("ada");
  writeDraft("s", "a secret");
  dropDrafts();
  expect(Object.keys(localStorage)).toEqual([]);
});

test("16: a question that the server has leaves the device, with its files and no others; what was written since stays", () => {
  const file = (id: string) => ({ id, name: id, media_type: "text/csv", size: 5 });
  writeDraft("s", "Sent ");
  writeDraftFiles("s", [file("a"), file("b")]);
  writeDraft(null, "Another");
  writeDraftFiles(null, [file("a")]);
  for (const session of ["s", null]) forgetDraft(session, "Sent", ["a"]);
  expect([readDraft("s"), readDraftFiles("s").map(({ id }) => id)]).toEqual(["", ["b"]]);
  expect([readDraft(null), readDraftFiles(null).map(({ id }) => id)]).toEqual(["Another", ["a"]]);
});

test("16: what was written as the result of a call leaves the device with it", () => {
  writeDraft(textDraft("c"), "grey");
  writeDraft(fieldDraft("c"), "[]");
  forgetCall("c");
  expect(Object.keys(localStorage)).toEqual([]);
});
