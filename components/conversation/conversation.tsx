"use client";

import { ArrowDown } from "lucide";
import { type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { useShell } from "../frame/shell";
import { useSessionDocuments } from "../knowledge/use-session-documents";
import { Find } from "../search/find";
import { useWantedTurn } from "../search/wanted-turn";
import { titleOf } from "../sidebar/session-store";
import { Icon } from "../ui/icon";
import { later } from "../ui/later";
import type { SentWith } from "./conversation-ports";
import type { ConversationState } from "./conversation-state";
import type { BegunWith } from "./first-visit";
import { Head } from "./head";
import { shownIn } from "./other-turns";
import { ShownTurns } from "./shown-turns";
import { StatusRegion } from "./status-region";
import { TalkComposer } from "./talk-composer";
import { wantDrawing } from "./turn-drawing";
import type { Turn } from "./turns-in";
import { type Edited, useAskAnew } from "./use-ask-anew";
import { useConversation } from "./use-conversation";
import { useConversationKeys } from "./use-conversation-keys";
import type { ComposerHandle } from "./use-draft-field";
import { useAnswer, useForget } from "./use-forget";
import { useLookAt } from "./use-look-at";
import { type ModelChoice, useModelChoice } from "./use-model-choice";
import { useMoreTurns } from "./use-more-turns";
import { usePinnedScroll } from "./use-pinned-scroll";
import { useSending } from "./use-sending";
import { useShownSession } from "./use-shown-session";
import { useVersions } from "./use-versions";
import { WaitingMessages } from "./waiting-messages";

/** What stands around the composer before anything was asked, as the server has drawn it. */
export type FirstVisit = { readonly head: ReactNode; readonly starters: ReactNode; readonly note: ReactNode };

type ConversationProps = {
  readonly initial: SessionWindow | null;
  readonly isStale?: boolean;
  /** Whom a new session is begun with; null: the account's own agent. */
  readonly agent?: BegunWith | null;
  /** Null: the page is of a session. */
  readonly first?: FirstVisit | null;
  readonly onCreated: (id: string) => void;
};

const ContextSheet = later(() => import("./context/context-sheet"));

/** Said for the person, and shown as what was said. */
const GO_ON = "Continue where you stopped.";

export function Conversation({ initial, isStale = false, agent = null, first = null, onCreated }: ConversationProps) {
  const { model } = useShell();
  const composer = useRef<ComposerHandle>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const edited = useRef<Edited | null>(null);
  const answered = useRef<readonly string[]>([]);
  const forget = useForget(composer, edited, answered);
  const choice = useModelChoice(initial, agent);
  const sentWith = useSentWith(choice);
  const { store, state } = useConversation({ initial, isStale, onCreated, onAccepted: forget });
  const { turns, run } = state;
  const isBusy = run !== null;
  const { session, isGone } = useShownSession(state.sessionId, initial);
  const { turns: shown, newer } = shownIn(state);
  const pin = usePinnedScroll(scroller, content, isBusy, newer === null);
  const { toEnd } = pin;
  const lookAt = useLookAt(content, store, shown, pin.leaveEnd);
  useWantedTurn(state.sessionId, ({ id, place, found }) => lookAt(id, place, found));
  useMoreTurns(scroller, content, store, state);
  useEffect(() => {
    if (isBusy) void wantDrawing();
  }, [isBusy]);

  const { ask, queue } = useSending({ store, state, isGone, isUnsettled: !choice.isSettled, sentWith, onSent: toEnd });
  const documents = useSessionDocuments(state.sessionId, store.prepare);
  const again = useAskAnew({ store, sentWith, isGone, edited, content, onAsked: toEnd });
  const versions = useVersions(scroller, store, shown, pin);
  useConversationKeys({ isBusy, onStop: () => void store.stop() });
  const [lookedInto, setLookedInto] = useState<string | null>(null);
  const acts = {
    onAgain: again.again,
    onEdit: again.edit,
    onStep: versions.step,
    onContext: useCallback((turn: Turn) => setLookedInto(turn.key), []),
    onContinue: useCallback(() => ask(GO_ON), [ask]),
    onAnswer: useAnswer(store, sentWith, answered),
  };

  function jump() {
    store.lookAtEnd();
    // What stands elsewhere is far from the end.
    toEnd(newer === null && !window.matchMedia("(prefers-reduced-motion: reduce)").matches);
  }

  // A file that became a document has made the session, and nothing was asked yet.
  const isFirst = initial === null && turns.length === 0 && queue.items.length === 0;
  return (
    <div className="conversation" data-first={isFirst || undefined}>
      {/* The log is laid out from its end: half of it, seen before the rest has come, would move. */}
      <link rel="expect" href="#conversation-end" blocking="render" />
      <Head
        session={isFirst ? null : session}
        instead={isFirst ? null : isGone ? "Deleted session" : titleOf(null)}
        canSummarise={turns.length > 0 && !isBusy}
        onLookAt={lookAt}
        documents={documents}
      />
      <Find
        sessionId={isFirst ? null : state.sessionId}
        onShow={({ id, place, found }) => lookAt(id, place, found, true)}
      />
      {isFirst && first?.head}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <div ref={scroller} className="scroller" data-still="" tabIndex={0} hidden={isFirst}>
        <div ref={content} role="log" aria-live="off" aria-label="Conversation" className="log measure">
          <ShownTurns store={store} state={state} isGone={isGone} choice={choice} acts={acts} />
          <WaitingMessages queue={queue} why={state.refusal?.why ?? null} composer={composer} />
        </div>
      </div>
      {!isFirst && !pin.isPinned && <Jump hasNew={pin.hasNew} onJump={jump} />}
      <TalkComposer
        sessionId={state.sessionId}
        refusal={state.refusal}
        taken={state.taken}
        isBusy={isBusy}
        isStopping={run?.isStopping === true}
        isLost={state.connection === "lost"}
        store={store}
        queue={queue}
        isGone={isGone}
        composer={composer}
        onSend={ask}
        choice={choice}
        documents={documents}
      />
      {isFirst && <Ideas onChoose={(text) => composer.current?.fill(text, true)}>{first?.starters}</Ideas>}
      {isFirst && model.isDemo && choice.model === null && first?.note}
      <LookedInto state={state} at={lookedInto} onTurn={setLookedInto} />
      <StatusRegion state={state} version={versions.said} />
      <div id="conversation-end" hidden />
    </div>
  );
}

/** Hears which of the ideas in it is chosen. */
function Ideas({ onChoose, children }: { readonly onChoose: (text: string) => void; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is pressed are the buttons in it.
    // biome-ignore lint/a11y/useKeyWithClickEvents: a key on one of them is a click too.
    <div
      className="contents"
      onClick={({ target }) => {
        const idea =
          target instanceof Element ? target.closest<HTMLElement>("[data-starter]")?.dataset.starter : undefined;
        if (idea !== undefined) onChoose(idea);
      }}
    >
      {children}
    </div>
  );
}

/** Who is to answer, as it is sent with a question; the same object until another is chosen. */
function useSentWith({ agentId, model }: ModelChoice): SentWith {
  return useMemo(
    () => ({ ...(agentId === null ? {} : { agent_id: agentId }), ...(model === null ? {} : { model }) }),
    [agentId, model],
  );
}

type LookedIntoProps = {
  readonly state: ConversationState;
  /** The key of the turn; null: none is looked into. */
  readonly at: string | null;
  readonly onTurn: (key: string | null) => void;
};

/** What the model saw in a turn. */
function LookedInto({ state, at, onTurn }: LookedIntoProps) {
  const { sessionId, run } = state;
  if (at === null || sessionId === null) return null;
  const { turns } = shownIn(state);
  return (
    <Suspense>
      <ContextSheet
        sessionId={sessionId}
        turns={turns}
        at={at}
        isBusy={run !== null}
        onTurn={onTurn}
        onClose={() => onTurn(null)}
      />
    </Suspense>
  );
}

function Jump({ hasNew, onJump }: { hasNew: boolean; onJump: () => void }) {
  return (
    <div className="jump measure">
      <button type="button" className="button" onClick={onJump}>
        Jump to the end
        {hasNew && <span className="text-ink-3">new</span>}
        <Icon of={ArrowDown} size={16} />
      </button>
    </div>
  );
}
