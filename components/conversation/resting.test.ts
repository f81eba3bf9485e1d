import { expect, test } from "vitest";
import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import { wholeFrom } from "./resting";
import { turnsIn } from "./turns-in";

const asked = (n: number, answer: string): readonly SessionEvent[] => [
  { type: "user_input", content: `Question ${n}`, message_id: `q${n}` },
  { type: "text", content: answer },
];
const turns = (count: number, answer: string) =>
  turnsIn(Array.from({ length: count }, (_, n) => asked(n, answer)).flat(), null).turns;

test("16: the last turns are drawn whole at once, as many as a tall screen shows", () => {
  expect(40 - wholeFrom(turns(40, "A line"))).toBe(12);
  expect(40 - wholeFrom(turns(40, "A line\n\n".repeat(20)))).toBe(4);
  expect(40 - wholeFrom(turns(40, "word ".repeat(1_000_000)))).toBe(1);
  expect(wholeFrom(turns(3, "A line"))).toBe(0);
  expect(wholeFrom([])).toBe(0);
});
