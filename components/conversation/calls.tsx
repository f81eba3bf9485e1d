"use client";

import { createContext, type ReactNode, use, useCallback, useMemo, useState } from "react";
import type { CallAnswer } from "./call-answer";
import type { CallResult } from "./conversation-ports";
import { type TurnState, waitingCalls } from "./turn-state";

type Calls = {
  /** The ids of the calls that wait for the person. */
  readonly waiting: readonly string[];
  /** What was given to some of them: all are sent together. */
  readonly given: ReadonlyMap<string, CallAnswer>;
  /** Whose functions were called; null: nobody has said. */
  readonly agentId: string | null;
  readonly give: (callId: string, answer: CallAnswer | null) => void;
};

const NONE: Calls = { waiting: [], given: new Map(), agentId: null, give: () => {} };
const CallsContext = createContext<Calls>(NONE);

/** The calls of the turn around this that wait for the person. */
export const useCalls = (): Calls => use(CallsContext);

type AnswerableProps = {
  readonly turn: TurnState;
  /** Null: the calls of this turn are not to be answered here. */
  readonly onAnswer: ((results: readonly CallResult[]) => void) | null;
  readonly children: ReactNode;
};

/** A turn whose waiting calls can be answered: `onAnswer` gets the results when the person has given them all. */
export function Answerable({ turn, onAnswer, children }: AnswerableProps) {
  const [given, setGiven] = useState(NONE.given);
  const calls = onAnswer === null ? [] : waitingCalls(turn);
  const ids = calls.map(({ callId }) => callId).join("\n");

  const give = useCallback(
    (callId: string, answer: CallAnswer | null) => {
      const next = new Map(given);
      if (answer === null) next.delete(callId);
      else next.set(callId, answer);
      const results = ids.split("\n").flatMap((id) => {
        const one = next.get(id);
        return one ? [{ call_id: id, output: one.output, is_error: one.isError }] : [];
      });
      const isWhole = results.length > 0 && results.length === ids.split("\n").length;
      // Where the server refuses them, each is asked for again, with what was written.
      setGiven(isWhole ? NONE.given : next);
      if (isWhole) onAnswer?.(results);
    },
    [given, ids, onAnswer],
  );
  const agentId = turn.stop?.agent?.id ?? null;
  const value = useMemo(
    () => ({ waiting: ids === "" ? [] : ids.split("\n"), given, agentId, give }),
    [ids, given, agentId, give],
  );
  return <CallsContext value={value}>{children}</CallsContext>;
}
