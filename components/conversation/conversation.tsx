"use client";

import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { FullSession } from "@/lib/dialects/llamacloud/answers.ts";
import { useIsGone, useListedSession, useShell } from "../frame/shell";
import { titleOf } from "../sidebar/session-store";
import { Guard } from "../ui/guard";
import { BrokenTurn } from "./broken-turn";
import { type BegunWith, DemoNote, FirstHead, Starters } from "./first-visit";
import { Head } from "./head";
import { wantMarkdown } from "./markdown/prose";
import { endingOf, turnsOf } from "./segments";
import { StatusRegion } from "./status-region";
import { TalkComposer } from "./talk-composer";
import { TurnArticle } from "./turn";
import { useConversationKeys } from "./use-conversation-keys";
import type { ComposerHandle } from "./use-draft-field";
import { useModelChoice } from "./use-model-choice";
import { usePinnedScroll } from "./use-pinned-scroll";
import { useTalk } from "./use-talk";

type ConversationProps = {
  readonly initial: FullSession | null;
  readonly isStale?: boolean;
  /** Whom a new session is begun with; null: the account's own agent. */
  readonly agent?: BegunWith | null;
  readonly onCreated: (id: string) => void;
};

/** Said for the person, and shown as what was said. */
const GO_ON = "Continue where you stopped.";

export function Conversation({ initial, isStale = false, agent = null, onCreated }: ConversationProps) {
  const { model } = useShell();
  const composer = useRef<ComposerHandle>(null);
  const forget = useCallback((text: string) => composer.current?.forget(text), []);
  const choice = useModelChoice(initial, agent);
  const { talk, live } = useTalk({
    initial,
    isStale,
    agentId: choice.agentId,
    model: choice.model,
    onCreated,
    onAccepted: forget,
  });
  const { messages, isBusy, send, retry, stop } = talk;
  const listed = useListedSession(talk.sessionId);
  const isGone = useIsGone(talk.sessionId);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const pin = usePinnedScroll(scroller, content, isBusy);
  const turns = useMemo(() => turnsOf(messages), [messages]);
  const isFirst = talk.sessionId === null && turns.length === 0;
  const last = turns.at(-1);
  useConversationKeys({ isBusy, onStop: stop, onRetry: isGone ? () => {} : retry });

  useEffect(() => {
    if (listed) document.title = `${titleOf(listed)} · Parley`;
  }, [listed]);

  useEffect(() => {
    if (isBusy) wantMarkdown();
  }, [isBusy]);

  const ask = useCallback(
    (text: string) => {
      send(text);
      pin.toEnd();
    },
    [send, pin.toEnd],
  );
  const again = useCallback(() => {
    retry();
    pin.toEnd();
  }, [retry, pin.toEnd]);

  const goOn = useCallback(() => ask(GO_ON), [ask]);

  return (
    <div className="conversation" data-first={isFirst || undefined}>
      <Head session={listed} canSummarise={turns.length > 0 && !isBusy} />
      {isFirst && <FirstHead agent={agent} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <div ref={scroller} className="scroller" tabIndex={0} hidden={isFirst}>
        <div ref={content} role="log" aria-live="off" aria-label="Conversation" className="log measure">
          {turns.map((turn) => (
            <Guard key={turn.key} of={turn.answer} fallback={<BrokenTurn turn={turn} />}>
              <TurnArticle
                turn={turn}
                isLast={turn === last && !isGone}
                isBusy={isBusy}
                onRetry={again}
                onContinue={goOn}
              />
            </Guard>
          ))}
        </div>
      </div>
      {!isFirst && !pin.isPinned && <Jump hasNew={pin.hasNew} onJump={() => pin.toEnd(true)} />}
      <TalkComposer talk={talk} isGone={isGone} composer={composer} onSend={ask} choice={choice} />
      {isFirst && agent === null && <Starters onChoose={(text) => composer.current?.fill(text, true)} />}
      {isFirst && model.isDemo && choice.model === null && <DemoNote />}
      <StatusRegion
        isBusy={isBusy}
        isLost={talk.isLost}
        ending={last ? endingOf(last.answer?.metadata, isBusy) : null}
      />
      {live}
    </div>
  );
}

function Jump({ hasNew, onJump }: { hasNew: boolean; onJump: () => void }) {
  return (
    <div className="jump measure">
      <button type="button" className="button" onClick={onJump}>
        Jump to the end
        {hasNew && <span className="text-ink-3">new</span>}
        <ArrowDown size={16} strokeWidth={1.6} aria-hidden="true" />
      </button>
    </div>
  );
}
