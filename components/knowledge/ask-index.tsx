"use client";

import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { isProblem } from "../api";
import { Dash, WorkingDash } from "../ui/dash";
import { isTouch } from "../ui/keys";
import { HitRow } from "./hit-row";
import { foundWords } from "./index-words";
import { askIndex, type Found } from "./requests";

type Answer =
  | { readonly kind: "nothing" }
  | { readonly kind: "asking" }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "found"; readonly question: string; readonly found: Found };

/** A question to an index: the passages that it has for it, with how and why they were found. */
export function AskIndex({ indexId, isEmpty }: { readonly indexId: string; readonly isEmpty: boolean }) {
  const [answer, setAnswer] = useState<Answer>({ kind: "nothing" });
  const field = useRef<HTMLTextAreaElement>(null);
  const asking = useRef<AbortController>(null);
  useEffect(() => () => asking.current?.abort(), []);

  async function ask(event?: FormEvent) {
    event?.preventDefault();
    const question = field.current?.value.trim() ?? "";
    if (question === "") return field.current?.focus();
    asking.current?.abort();
    const own = new AbortController();
    asking.current = own;
    setAnswer({ kind: "asking" });
    try {
      const found = await askIndex(indexId, question, own.signal);
      if (!own.signal.aborted) setAnswer({ kind: "found", question, found });
    } catch (thrown) {
      if (own.signal.aborted) return;
      setAnswer({ kind: "failed", why: isProblem(thrown) ? thrown.message : "The index could not be asked." });
    }
  }

  return (
    <section className="index-ask" aria-labelledby="index-ask">
      <h2 id="index-ask">Ask this index</h2>
      <form className="ask" onSubmit={ask}>
        <Dash />
        <QuestionField field={field} onEnter={() => void ask()} />
        <button type="submit" className="button" data-kind={isEmpty ? undefined : "primary"}>
          Ask
        </button>
      </form>
      {answer.kind === "nothing" && (
        <p className="documents-note">
          {isEmpty
            ? "Add documents first. Then the passages that answer a question are found here, as agents find them."
            : "The passages that answer a question, as agents find them. No model is asked."}
        </p>
      )}
      <div role="status">
        {answer.kind === "asking" && (
          <p className="documents-note">
            <WorkingDash /> Looking
          </p>
        )}
        {answer.kind === "found" && <FoundHead question={answer.question} found={answer.found} />}
      </div>
      {answer.kind === "failed" && (
        <p className="documents-note" data-kind="error" role="alert">
          {answer.why}{" "}
          <button type="button" className="small-action" onClick={() => void ask()}>
            Try again
          </button>
        </p>
      )}
      {answer.kind === "found" && answer.found.hits.length > 0 && (
        <ol className="hits" aria-label="Passages">
          {answer.found.hits.map((hit) => (
            <HitRow key={hit.chunk_id} hit={hit} question={answer.question} />
          ))}
        </ol>
      )}
    </section>
  );
}

type QuestionFieldProps = { readonly field: RefObject<HTMLTextAreaElement | null>; readonly onEnter: () => void };

function QuestionField({ field, onEnter }: QuestionFieldProps) {
  return (
    <textarea
      ref={field}
      className="ask-text"
      aria-label="Question"
      placeholder="Ask the documents"
      rows={1}
      maxLength={2000}
      dir="auto"
      enterKeyHint="search"
      onKeyDown={(event) => {
        const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
        if (event.key !== "Enter" || event.shiftKey || isComposing || isTouch()) return;
        event.preventDefault();
        onEnter();
      }}
    />
  );
}

function FoundHead({ question, found }: { readonly question: string; readonly found: Found }) {
  return (
    <p className="documents-note">
      {found.hits.length === 0 ? (
        <>
          Nothing for “<bdi>{question}</bdi>”. Try other words; what is still being read is not looked into.
        </>
      ) : (
        <>{foundWords(found)}.</>
      )}
      {found.why && <> {found.why}</>}
    </p>
  );
}
