"use client";

import { ArrowDown } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { SessionWindow } from "@/lib/dialects/web/index.ts";
import { useIsGone, useListedSession, useShell } from "../frame/shell";
import { useSessionDocuments } from "../knowledge/use-session-documents";
import { titleOf } from "../sidebar/session-store";
import type { AttachedFile } from "./attachments/attachment";
import { ModelOfferContext } from "./choice/model-offer";
import type { CallResult } from "./conversation-ports";
import { writeDraft } from "./draft";
import { type BegunWith, DemoNote, FirstHead, Starters } from "./first-visit";
import { Head } from "./head";
import { onIntent } from "./intent";
import { wantMarkdown } from "./markdown/renderer";
import { MoreTurns } from "./more-turns";
import { shownIn } from "./other-turns";
import { wholeFrom } from "./resting";
import { endingOf } from "./segments";
import { StatusRegion } from "./status-region";
import { TalkComposer } from "./talk-composer";
import { TurnRow } from "./turn-row";
import { waitingCalls } from "./turn-state";
import type { Turn } from "./turns-in";
import { type Edited, useAskAnew } from "./use-ask-anew";
import { useConversation } from "./use-conversation";
import { useConversationKeys } from "./use-conversation-keys";
import type { ComposerHandle } from "./use-draft-field";
import { useLookAt } from "./use-look-at";
import { useModelChoice } from "./use-model-choice";
import { useMoreTurns } from "./use-more-turns";
import { usePinnedScroll } from "./use-pinned-scroll";
import { useQueue } from "./use-queue";
import { useVersions } from "./use-versions";

type ConversationProps = {
  readonly initial: SessionWindow | null;
  readonly isStale?: boolean;
  /** Whom a new session is begun with; null: the account's own agent. */
  readonly agent?: BegunWith | null;
  readonly onCreated: (id: string) => void;
};

const ContextSheet = lazy(() => import("./context/context-sheet"));
const loadWaitingList = () => import("./waiting-list");
const WaitingList = lazy(loadWaitingList);

/** Said for the person, and shown as what was said. */
const GO_ON = "Continue where you stopped.";

export function Conversation({ initial, isStale = false, agent = null, onCreated }: ConversationProps) {
  const { model, store: sessions } = useShell();
  const composer = useRef<ComposerHandle>(null);
  const edited = useRef<Edited | null>(null);
  const forget = useCallback((text: string) => {
    composer.current?.forget(text);
    if (edited.current?.text === text) writeDraft(edited.current.draft, "");
  }, []);
  const choice = useModelChoice(initial, agent);
  const { modelGroups, unlisted, ownModel, refresh } = choice;
  const offer = useMemo(
    () => ({ modelGroups, unlisted, ownModel, refresh }),
    [modelGroups, unlisted, ownModel, refresh],
  );
  const { store, state } = useConversation({ initial, isStale, onCreated, onAccepted: forget });
  const { turns, run } = state;
  const isBusy = run !== null;
  const inList = useListedSession(state.sessionId);
  const isGone = useIsGone(state.sessionId);
  // One of long ago is on a later page of the list, and one without a message in none.
  const listed = inList ?? (isGone ? null : (initial?.session ?? null));
  useEffect(() => {
    if (initial && initial.events.length > 0 && !sessions.find(initial.session.session_id)) {
      sessions.take([initial.session]);
    }
  }, [initial, sessions]);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { turns: shown, older, newer } = shownIn(state);
  const firstWhole = state.elsewhere ? shown.length : wholeFrom(shown);
  const pin = usePinnedScroll(scroller, content, isBusy, newer === null);
  const { toEnd: goToEnd } = pin;
  const lookAt = useLookAt(content, store, shown, pin.leaveEnd);
  useMoreTurns(scroller, content, store, state);
  const last = turns.at(-1);
  const sentWith = useMemo(
    () => ({
      ...(choice.agentId === null ? {} : { agent_id: choice.agentId }),
      ...(choice.model === null ? {} : { model: choice.model }),
    }),
    [choice.agentId, choice.model],
  );
  useEffect(() => {
    if (listed) document.title = `${titleOf(listed)} · Parley`;
  }, [listed]);

  useEffect(() => {
    if (isBusy) void wantMarkdown();
  }, [isBusy]);
  // What waits may wait for the connection, which could not bring it then.
  useEffect(() => onIntent(() => void loadWaitingList().catch(() => {})), []);

  const send = useCallback(
    (text: string, id?: string, files: readonly AttachedFile[] = []) => {
      store.send(text, { ...sentWith, files }, id);
      goToEnd();
    },
    [store, sentWith, goToEnd],
  );
  const documents = useSessionDocuments(state.sessionId, store.prepare);
  const queue = useQueue({ store, state, isGone, onSend: send });
  const isFirst = state.sessionId === null && turns.length === 0 && queue.items.length === 0;
  const ask = useCallback((text: string, files?: readonly AttachedFile[]) => send(text, undefined, files), [send]);
  const answer = useCallback(
    (results: readonly CallResult[]) => store.answerCalls(results, sentWith),
    [store, sentWith],
  );
  const { again, edit } = useAskAnew({ store, sentWith, isGone, edited, content, onAsked: goToEnd });
  const versions = useVersions(scroller, store, shown, pin);
  useConversationKeys({ isBusy, onStop: () => void store.stop() });

  const toEnd = () => {
    store.lookAtEnd();
    // What stands elsewhere is far from the end.
    goToEnd(newer === null);
  };

  const goOn = useCallback(() => ask(GO_ON), [ask]);
  const [lookedInto, setLookedInto] = useState<string | null>(null);
  const lookInto = useCallback((turn: Turn) => setLookedInto(turn.key), []);

  return (
    <div className="conversation" data-first={isFirst || undefined}>
      {/* The log is laid out from its end: half of it, seen before the rest has come, would move. */}
      <link rel="expect" href="#conversation-end" blocking="render" />
      <Head session={listed} canSummarise={turns.length > 0 && !isBusy} onLookAt={lookAt} documents={documents} />
      {isFirst && <FirstHead agent={agent} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <div ref={scroller} className="scroller" data-still="" tabIndex={0} hidden={isFirst}>
        <div ref={content} role="log" aria-live="off" aria-label="Conversation" className="log measure">
          {older && <MoreTurns side="older" beyond={older} onRead={() => void store.readOlder()} />}
          <ModelOfferContext value={offer}>
            {shown.map((turn, place) => (
              <TurnRow
                key={turn.key}
                turn={turn}
                isLast={turn === last && !isGone}
                startsWhole={place >= firstWhole || turn.versions !== null}
                isGoing={turn === last && isBusy}
                onAgain={again}
                onContext={lookInto}
                onEdit={edit}
                onStep={versions.step}
                onContinue={goOn}
                onAnswer={answer}
              />
            ))}
          </ModelOfferContext>
          {newer && <MoreTurns side="newer" beyond={newer} onRead={() => void store.readNewer()} />}
          {queue.items.length > 0 && (
            <Suspense>
              <WaitingList
                items={queue.items}
                reason={queue.reason}
                why={state.refusal?.why ?? null}
                onChange={queue.change}
                onTakeBack={(id) => {
                  const taken = queue.takeBack(id);
                  composer.current?.fill(taken?.text ?? "");
                  if (taken?.files) composer.current?.attach?.(taken.files);
                }}
                onSendAnyway={queue.sendAnyway}
                onEditing={queue.setEditing}
              />
            </Suspense>
          )}
        </div>
      </div>
      {!isFirst && !pin.isPinned && <Jump hasNew={pin.hasNew} onJump={toEnd} />}
      <TalkComposer
        sessionId={state.sessionId}
        refusal={state.refusal}
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
      {isFirst && agent === null && <Starters onChoose={(text) => composer.current?.fill(text, true)} />}
      {isFirst && model.isDemo && choice.model === null && <DemoNote />}
      {lookedInto !== null && state.sessionId !== null && (
        <Suspense>
          <ContextSheet
            sessionId={state.sessionId}
            turns={shown}
            at={lookedInto}
            isBusy={isBusy}
            onTurn={setLookedInto}
            onClose={() => setLookedInto(null)}
          />
        </Suspense>
      )}
      <StatusRegion
        isBusy={isBusy}
        isLost={state.connection === "lost"}
        ending={last ? endingOf(last, isBusy, true) : null}
        version={versions.said}
        waitingFor={isBusy || !last ? null : (waitingCalls(last)[0]?.name ?? null)}
      />
      <div id="conversation-end" hidden />
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
