"use client";

import { type ReactNode, useMemo } from "react";
import type { TurnState } from "../conversation/turn-state";
import { CitableContext } from "./cited";
import { namedIn } from "./source";
import { Sources } from "./sources";

type TurnProps = { readonly turn: Pick<TurnState, "stop" | "question" | "blocks"> };

/** The text of an answer, in which the numbers of its sources open them. */
export function WithSources({ turn, children }: TurnProps & { readonly children: ReactNode }) {
  const { stop, question } = turn;
  const citable = useMemo(() => {
    const sources = stop?.sources ?? [];
    if (sources.length === 0) return null;
    return { sources: new Map(sources.map((source) => [source.n, source])), question: question?.text ?? "" };
  }, [stop, question]);
  return <CitableContext value={citable}>{children}</CitableContext>;
}

/** What an answer was made from; nothing where nothing was looked up. */
export function TurnSources({ turn }: TurnProps) {
  const { stop, question, blocks } = turn;
  const sources = stop?.sources ?? [];
  const named = useMemo(
    () =>
      namedIn(
        blocks.flatMap((block) => (block.kind === "text" ? [block.text] : [])),
        stop?.sources ?? [],
      ),
    [blocks, stop],
  );
  if (sources.length === 0) return null;
  return <Sources sources={sources} named={named} question={question?.text ?? ""} />;
}
