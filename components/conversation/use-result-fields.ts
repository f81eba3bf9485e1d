"use client";

import { useEffect, useState } from "react";
import { readTools } from "../agents/requests";
import { type ResultField, resultFields } from "./result-fields";

const MOST_MS = 4000;

type Read = { readonly callId: string; readonly fields: readonly ResultField[] | null };

/**
 * The fields of the result of a function of an agent that waits for the person. Null where nobody has said what it
 * gives, and undefined until that is known. What cannot be read is answered in words.
 */
export function useResultFields(
  callId: string,
  name: string,
  agentId: string | null,
): readonly ResultField[] | null | undefined {
  const [read, setRead] = useState<Read | null>(null);
  useEffect(() => {
    if (agentId === null) return;
    let isGone = false;
    // Who has waited for long answers in words, and may go on with the fields when they come.
    const timer = setTimeout(
      () => setRead((now) => (now?.callId === callId ? now : { callId, fields: null })),
      MOST_MS,
    );
    readTools(agentId)
      .then((tools) => returnsOf(tools.find((tool) => tool.name === name && tool.type === "function")?.spec))
      .catch(() => null)
      .then((schema) => {
        clearTimeout(timer);
        if (!isGone) setRead({ callId, fields: resultFields(schema) });
      });
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [callId, name, agentId]);
  if (agentId === null) return null;
  return read?.callId === callId ? read.fields : undefined;
}

const returnsOf = (spec: unknown): unknown =>
  typeof spec === "object" && spec !== null && "returns" in spec ? spec.returns : null;
