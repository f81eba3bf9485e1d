"use client";

import { useEffect, useState } from "react";
import { readTools } from "../api";
import { type ResultField, resultFields } from "./result-fields";

const MOST_MS = 4000;

type Read = { readonly callId: string; readonly fields: readonly ResultField[] | null };

/**
 * The fields of the result of a function of an agent that waits for the person. Null where nobody has said what it gives, and
 * undefined until that is known. What cannot be read is answered in words.
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
    // Who waits for long answers in words.
    const late = new Promise<null>((resolve) => setTimeout(resolve, MOST_MS, null));
    const asked = readTools(agentId)
      .then((tools) => returnsOf(tools.find((tool) => tool.name === name && tool.type === "function")?.spec))
      .catch(() => null);
    void Promise.race([asked, late]).then((schema) => {
      if (!isGone) setRead({ callId, fields: resultFields(schema) });
    });
    return () => {
      isGone = true;
    };
  }, [callId, name, agentId]);
  if (agentId === null) return null;
  return read?.callId === callId ? read.fields : undefined;
}

const returnsOf = (spec: unknown): unknown =>
  typeof spec === "object" && spec !== null && "returns" in spec ? spec.returns : null;
