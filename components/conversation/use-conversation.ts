"use client";

import { useChat } from "@ai-sdk/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { v4 as newId } from "uuid";
import type { FullSession } from "@/lib/dialects/llamacloud/answers.ts";
import { isProblem, retrieveSession, retrieveSummary, stopTurn } from "../api";
import { useListedSession, useShell } from "../frame/shell";
import { provisionalTitle } from "../sidebar/session-store";
import { notify } from "../ui/notify";
import { textOf, turnsOf } from "./segments";
import { createTransport, type TransportPorts } from "./transport";
import { type ChatMessage, messagesOf, questionMessage } from "./turn-messages";

export type Refusal = { readonly text: string; readonly why: string; readonly status: number };

export type Talk = {
  readonly sessionId: string | null;
  readonly messages: readonly ChatMessage[];
  readonly isBusy: boolean;
  /** The connection broke and is being mended. */
  readonly isLost: boolean;
  readonly isStopping: boolean;
  readonly refusal: Refusal | null;
  readonly setRefusal: (refusal: Refusal | null) => void;
  readonly send: (text: string, id?: string) => void;
  /** Answers the last question again, in place of the last answer. */
  readonly retry: () => void;
  readonly stop: () => Promise<void>;
};

type Asked = { readonly id: string; readonly text: string; readonly isRetry: boolean; accepted: boolean };

export type ConversationOptions = {
  readonly initial: FullSession | null;
  /** The initial state may be older than the session. */
  readonly isStale: boolean;
  /** The agent that a new session is begun with; null: the account's own. */
  readonly agentId: string | null;
  /** The model that is to answer; null: the agent's own. */
  readonly model: string | null;
  readonly onCreated: (id: string) => void;
  readonly onAccepted: (text: string) => void;
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The one place with chat state: what is said, what runs, what failed, and what can be done about it. */
export function useConversation({
  initial,
  isStale,
  agentId,
  model,
  onCreated,
  onAccepted,
}: ConversationOptions): Talk {
  const { store } = useShell();
  const [sessionId, setSessionId] = useState(initial?.session_id ?? null);
  const [isLost, setIsLost] = useState(false);
  const [isStopping, setIsStopping] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const session = useRef(sessionId);
  const asked = useRef<Asked | null>(null);
  const knownUpdate = useRef(initial?.last_updated_at ?? "");
  const finishedRun = useRef<string | null>(null);
  const isReading = useRef(false);

  const ports = useRef<TransportPorts | null>(null);
  const [transport] = useState(() =>
    createTransport({
      sessionId: () => session.current,
      onSession: (made) => ports.current?.onSession(made),
      onAccepted: () => ports.current?.onAccepted(),
      onQuestion: (question) => ports.current?.onQuestion(question),
      onConnection: (state) => ports.current?.onConnection(state),
      onGone: () => ports.current?.onGone(),
    }),
  );
  const [chatId] = useState(() => initial?.session_id ?? "new");
  const [history] = useState(() => (initial ? messagesOf(initial) : []));
  const chat = useChat<ChatMessage>({ id: chatId, messages: history, transport, throttle: 33 });
  const { messages, setMessages, status, error, clearError, resumeStream } = chat;
  const isBusy = status === "submitted" || status === "streaming";
  const busy = useRef(isBusy);
  busy.current = isBusy;

  /** Reads the session as it is stored, shows it, and follows the turn that runs, if one does. */
  const reread = useCallback(async () => {
    const id = session.current;
    if (id === null || busy.current || isReading.current) return;
    isReading.current = true;
    try {
      const full = await retrieveSession(id);
      if (busy.current || session.current !== id) return;
      const { events: _, ...summary } = full;
      knownUpdate.current = full.last_updated_at;
      const stored = messagesOf(full);
      setMessages((shown) => (isSame(shown, stored) ? shown : stored));
      store.take([summary]);
      if (full.running_run_id) await resumeStream();
    } catch {
      // The next change or the reader's next act asks again.
    } finally {
      isReading.current = false;
    }
  }, [setMessages, resumeStream, store]);

  ports.current = {
    sessionId: () => session.current,
    onSession(made) {
      session.current = made.session_id;
      setSessionId(made.session_id);
      knownUpdate.current = made.last_updated_at;
      store.take([{ ...made, running_run_id: "here", provisional_title: provisionalTitle(asked.current?.text ?? "") }]);
      onCreated(made.session_id);
    },
    onAccepted() {
      const question = asked.current;
      if (!question) return;
      question.accepted = true;
      onAccepted(question.text);
    },
    onQuestion({ id, text }) {
      setMessages((shown) =>
        shown.some((message) => message.id === id) ? shown : [...shown, questionMessage(id, text)],
      );
    },
    onConnection: (state) => setIsLost(state === "lost"),
    onGone: () => setTimeout(reread, 50),
  };

  const refuse = useCallback(
    (why: string, code: number) => {
      const question = asked.current;
      asked.current = null;
      if (!question) return;
      setMessages((shown) => shown.filter((message) => message.id !== question.id));
      setRefusal({ text: question.isRetry ? "" : question.text, why, status: code });
      if (question.isRetry || code === 409) setTimeout(reread, 50);
    },
    [setMessages, reread],
  );

  useEffect(() => {
    if (status !== "error") return;
    clearError();
    setIsLost(false);
    if (asked.current && !asked.current.accepted) {
      refuse(error?.message ?? "", isProblem(error) ? error.status : 0);
    } else setTimeout(reread, 50);
  }, [status, error, clearError, refuse, reread]);

  /** After a turn: the title and the summary settle on the server within seconds. */
  const settle = useCallback(async () => {
    const id = session.current;
    if (id === null) return;
    let title: string | null | undefined;
    for (const ms of [150, 1200, 3000, 6000]) {
      await pause(ms);
      if (session.current !== id) return;
      const summary = await retrieveSummary(id).catch(() => null);
      if (!summary) continue;
      if (!busy.current) knownUpdate.current = later(knownUpdate.current, summary.last_updated_at);
      store.take([summary]);
      if (summary.generated_title && summary.generated_title === title) return;
      title = summary.generated_title;
    }
  }, [store]);

  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && !isBusy) {
      finishedRun.current = turnsOf(messages).at(-1)?.answer?.metadata?.runId ?? null;
      setIsStopping(false);
      if (session.current) store.patch(session.current, { running_run_id: null });
      void settle();
    }
    if (!wasBusy.current && isBusy && session.current) store.patch(session.current, { running_run_id: "here" });
    wasBusy.current = isBusy;
  }, [isBusy, messages, settle, store]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for what the page came with.
  useEffect(() => {
    if (isStale) void reread();
    else if (initial?.running_run_id) void resumeStream();
  }, []);

  const listed = useListedSession(sessionId);
  const running = listed?.running_run_id ?? null;
  const updated = listed?.last_updated_at ?? "";
  useEffect(() => {
    if (isBusy || !sessionId) return;
    const isNewRun = running !== null && running !== "here" && running !== finishedRun.current;
    if (isNewRun || updated > knownUpdate.current) void reread();
  }, [running, updated, isBusy, sessionId, reread]);

  const ask = useCallback(
    (text: string, options: { isRetry: boolean; id?: string; body?: object }) => {
      setRefusal(null);
      const question = { id: options.id ?? newId(), text, isRetry: options.isRetry, accepted: false };
      asked.current = question;
      const parts = [{ type: "text" as const, text }];
      const chosen = { ...(agentId === null ? {} : { agent_id: agentId }), ...(model === null ? {} : { model }) };
      void chat.sendMessage({ id: question.id, role: "user", parts }, { body: { ...chosen, ...options.body } });
    },
    [chat.sendMessage, agentId, model],
  );

  const send = useCallback((text: string, id?: string) => ask(text, { isRetry: false, id }), [ask]);

  const latest = useRef(messages);
  latest.current = messages;
  const retry = useCallback(() => {
    if (busy.current) return;
    const turns = turnsOf(latest.current);
    const last = turns.at(-1);
    const before = turns.at(-2);
    if (!last?.question) return;
    const parent = before?.answer?.metadata?.lastMessageId ?? before?.question?.id ?? null;
    setMessages(latest.current.filter((message) => message !== last.question && message !== last.answer));
    ask(textOf(last.question), { isRetry: true, body: { parent_id: parent } });
  }, [ask, setMessages]);

  const stopHere = chat.stop;
  const stop = useCallback(async () => {
    setIsStopping(true);
    // A stop that comes before the run exists is asked for again until there is one to stop.
    for (let attempt = 0; attempt < 6 && session.current !== null; attempt++) {
      try {
        const { stopped } = await stopTurn(session.current);
        if (stopped) return;
      } catch {
        void notify({ text: "The server did not hear Stop. Trying again." });
      }
      await pause(300);
      if (!busy.current) return;
    }
    await stopHere();
    if (asked.current && !asked.current.accepted) refuse("Stopped before it was sent.", 0);
    setIsStopping(false);
  }, [stopHere, refuse]);

  return useMemo(
    () => ({ sessionId, messages, isBusy, isLost, isStopping, refusal, setRefusal, send, retry, stop }),
    [sessionId, messages, isBusy, isLost, isStopping, refusal, send, retry, stop],
  );
}

const later = (a: string, b: string) => (a > b ? a : b);

const shapeOf = (messages: readonly ChatMessage[]) =>
  messages.map((message) => `${message.id} ${message.parts.length} ${message.metadata?.stop ? 1 : 0}`).join();

const isSame = (a: ChatMessage[], b: ChatMessage[]) => shapeOf(a) === shapeOf(b);
