import type { Final } from "./finals.ts";
import type { Fault, Ledger } from "./ledger.ts";
import { type ModelCall, spoken } from "./model-request.ts";
import { type SeenTurn, tagOf } from "./seen.ts";

/** What the model was shown, held against what is stored: each prompt has every exchange before it. */
export function auditPrompts(
  { kills }: Ledger,
  calls: readonly ModelCall[],
  finals: ReadonlyMap<string, Final | null>,
): Fault[] {
  const faults: Fault[] = [];
  const byTag = Map.groupBy(calls, ({ tag }) => tag);
  for (const [tag, own] of byTag) {
    for (const [n, call] of own.entries()) {
      const previous = own[n - 1];
      if (!previous) continue;
      const isKilled = kills.some(({ instance, at }) => {
        return instance === previous.instance && at >= previous.at && at <= call.at;
      });
      const who = `instances ${previous.instance} and ${call.instance}, ${call.at - previous.at} ms apart`;
      if (!isKilled)
        faults.push({ what: `${tag}: the model was asked twice, though nobody died (${who})`, sessionId: null });
    }
  }
  for (const final of finals.values()) {
    for (const [n, turn] of (final?.turns ?? []).entries()) {
      const earlier = final?.turns.slice(0, n) ?? [];
      const expected = spoken(earlier.flatMap(saidIn));
      const own = byTag.get(tagOf(turn)) ?? [];
      const last = own.at(-1);
      const sessionId = final?.id ?? null;
      if (!last && turn.answer !== "") faults.push({ what: `${tagOf(turn)} was answered by nobody`, sessionId });
      if (!last || last.before === expected) continue;
      const missing = earlier.map(tagOf).filter((tag) => !last.before.includes(`[${tag}]`));
      const without = missing.length > 0 ? missing.join(", ") : "what is stored";
      const what = `${tagOf(turn)}: the model was asked without ${without}: ${difference(last.before, expected)}`;
      faults.push({ what, sessionId });
    }
  }
  return faults;
}

/** Where two texts part. */
function difference(got: string, expected: string): string {
  let at = 0;
  while (at < expected.length && got[at] === expected[at]) at++;
  const from = Math.max(0, at - 40);
  return `…${got.slice(from, at + 60)}… for …${expected.slice(from, at + 60)}…`;
}

const saidIn = ({ questions, answer }: SeenTurn) => [
  ...questions.map((text) => ({ role: "user", text })),
  { role: "assistant", text: answer },
];
