import { expect, test } from "vitest";
import { placeAgain } from "./place-again";

const hits = ["a", "b", "c"].map((message_id) => ({ message_id }));

test("an answer that comes again, as while some messages cannot be found yet, leaves the reader at the message that is shown", () => {
  expect(placeAgain(hits, { id: "b", answered: "queue" }, "queue")).toBe(1);
  expect(placeAgain([{ message_id: "new" }, ...hits], { id: "b", answered: "queue" }, "queue")).toBe(2);
});

test("other words, or a message that is found no more, are shown anew", () => {
  expect(placeAgain(hits, null, "queue")).toBeNull();
  expect(placeAgain(hits, { id: "b", answered: "que" }, "queue")).toBeNull();
  expect(placeAgain(hits, { id: "gone", answered: "queue" }, "queue")).toBeNull();
});
