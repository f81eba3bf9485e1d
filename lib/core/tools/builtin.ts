import { z } from "zod";
import type { TurnTool } from "../turn/run-turn.ts";
import { calculate } from "./calculate.ts";

const TimeInput = z.object({ time_zone: z.string().optional() });
const CalculatorInput = z.object({ expression: z.string().min(1).max(1000) });

/** The tools every agent of the web app and of LlamaCloud has. They change nothing and reach nothing outside. */
export const builtinTools: readonly TurnTool[] = (
  [
    {
      definition: {
        name: "current_time",
        description: "The present date and time, in UTC or in a time zone of the IANA database such as Europe/Berlin.",
        parameters: {
          type: "object",
          properties: { time_zone: { type: "string", description: "An IANA time zone. Absent: UTC." } },
          additionalProperties: false,
        },
      },
      async run(input) {
        const zone = TimeInput.parse(input).time_zone ?? "UTC";
        const now = new Date();
        return { time: formatIn(now, zone), time_zone: zone, iso: now.toISOString() };
      },
    },
    {
      definition: {
        name: "calculator",
        description:
          "The exact value of an arithmetic expression with + - * / % ^, brackets, pi, e and sqrt, abs, round.",
        parameters: {
          type: "object",
          properties: { expression: { type: "string", description: "For example (3 + 4) * 2.5" } },
          required: ["expression"],
          additionalProperties: false,
        },
      },
      async run(input) {
        const { expression } = CalculatorInput.parse(input);
        return { expression, value: await calculate(expression) };
      },
    },
  ] satisfies readonly TurnTool[]
).map((tool) => ({ ...tool, definition: { ...tool.definition, isOptional: true } }));

function formatIn(date: Date, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long", timeZone }).format(date);
  } catch {
    throw new Error(`"${timeZone}" is not a time zone of the IANA database`);
  }
}
