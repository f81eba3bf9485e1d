import { expect, test } from "vitest";
import { agentChange } from "./agent-form";

function read(fields: Readonly<Record<string, string>>) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return agentChange(data);
}

test.each([
  ["4000", 4000],
  ["4,000", 4000],
  ["4.000", 4000],
  ["1 234 567", 1_234_567],
  ["1\u00A0000", 1000],
  ["86'400", 86_400],
  ["", null],
])("16: thousands of tokens may be written in groups, and mean as much: %j is %j", (text, expected) => {
  const { change, wrong } = read({ max_tokens: text, session_max_ttl: text });
  expect([change.max_tokens, change.session_max_ttl]).toEqual([expected, expected]);
  expect(wrong).toEqual({});
});

test.each(["1.5", "4,00", "1,000.5", "4.000,000", "-5", "4k", "0x10", "1e3"])(
  "16: %j is no count of tokens, and says so at its field",
  (text) => {
    expect(read({ max_tokens: text }).wrong.max_tokens).toBe("Enter a whole number, or leave it empty");
  },
);

test("16: a temperature may have a comma", () => {
  expect(read({ temperature: "0,7" }).change.temperature).toBe(0.7);
  expect(read({ temperature: "warm" }).wrong.temperature).toBe("Enter a number, or leave it empty");
});
