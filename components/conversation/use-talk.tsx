"use client";

import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { v4 as newId } from "uuid";
import { useListedSession } from "../frame/shell";
import { onIntent } from "./intent";
import { type ChatMessage, messagesOf, questionMessage } from "./turn-messages";
import type { ConversationOptions, Talk } from "./use-conversation";

const LiveTalk = lazy(() => import("./live-talk"));

/**
 * The conversation as the page came with it, and as it lives once there is reason to: the chat's code is fetched when
 * someone stirs, when an answer is being given, or when the session has changed elsewhere. What is asked before then
 * is shown at once and done when the code is there. `live` must be rendered.
 */
export function useTalk(options: ConversationOptions): { readonly talk: Talk; readonly live: ReactNode } {
  const { initial, isStale } = options;
  const [isWanted, setIsWanted] = useState(false);
  const [living, setLiving] = useState<Talk | null>(null);
  const [waiting, setWaiting] = useState<ChatMessage | null>(null);
  const [history] = useState(() => (initial ? messagesOf(initial) : []));
  const latest = useRef<Talk | null>(null);
  const queue = useRef<((talk: Talk) => void)[]>([]);

  const receive = useCallback((talk: Talk) => {
    latest.current = talk;
    setLiving(talk);
  }, []);

  const listed = useListedSession(initial?.session_id ?? null);
  const isNews = listed !== null && initial !== null && listed.last_updated_at > initial.last_updated_at;
  const isRunning = Boolean(initial?.running_run_id || listed?.running_run_id);
  useEffect(() => {
    if (isStale || isNews || isRunning) setIsWanted(true);
  }, [isStale, isNews, isRunning]);
  useEffect(() => onIntent(() => setIsWanted(true)), []);

  useEffect(() => {
    if (!living || queue.current.length === 0) return;
    for (const act of queue.current.splice(0)) act(living);
  }, [living]);

  // The chat takes a moment to be busy with what it was handed; nobody is to hear of an end in between.
  const isTaken = living !== null && (living.isBusy || living.refusal !== null);
  useEffect(() => {
    if (isTaken) setWaiting(null);
  }, [isTaken]);

  const soon = useCallback((act: (talk: Talk) => void) => {
    if (latest.current) return act(latest.current);
    queue.current.push(act);
    setIsWanted(true);
  }, []);

  const still = useMemo<Talk>(
    () => ({
      sessionId: initial?.session_id ?? null,
      messages: waiting ? [...history, waiting] : history,
      isBusy: waiting !== null || Boolean(initial?.running_run_id),
      isLost: false,
      isStopping: false,
      refusal: null,
      setRefusal: () => {},
      send(text) {
        const id = newId();
        setWaiting(questionMessage(id, text));
        soon((talk) => talk.send(text, id));
      },
      retry: () => soon((talk) => talk.retry()),
      stop: async () => soon((talk) => void talk.stop()),
    }),
    [initial, history, waiting, soon],
  );

  return {
    talk: living && waiting === null ? living : still,
    live: isWanted && (
      <Suspense fallback={null}>
        <LiveTalk {...options} onTalk={receive} />
      </Suspense>
    ),
  };
}
