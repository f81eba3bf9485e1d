"use client";

import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { v4 as newId } from "uuid";
import { isSafeImage } from "@/lib/domain/file.ts";
import { forgetUpload, isProblem } from "../../api";
import {
  type AttachedFile,
  type Attachment,
  type AttachmentLimits,
  arrived,
  attachmentOf,
  faultOf,
  isAlone,
  isPending,
  type Progress,
  withinCount,
} from "./attachment";
import { readDraftFiles, writeDraftFiles } from "./draft-files";
import { lateUploads } from "./late-uploads";

export type Attachments = {
  readonly list: readonly Attachment[];
  readonly isPending: boolean;
  /** What was left out of the files that were given last; null: nothing. */
  readonly words: string | null;
  readonly add: (files: readonly File[]) => void;
  readonly remove: (key: string) => void;
  readonly again: (key: string) => void;
  /** Takes what has arrived out of the composer; the draft keeps it until `forget`. */
  readonly take: () => readonly AttachedFile[];
  /** Puts files back that were taken. */
  readonly put: (files: readonly AttachedFile[]) => void;
  /** Takes stored files out again that were put back: they are with a question. */
  readonly drop: (ids: readonly (string | null)[]) => void;
  /** The files are with a question that the server has; the draft may let them go. */
  readonly forget: () => void;
};

/**
 * The files of a composer: sent to the server one by one as soon as they are given, and kept with the draft of its
 * session.
 *
 * One by one, since a visitor becomes a guest with the first, and the others are to be the same guest's.
 */
export function useAttachments(sessionId: string | null, limits: AttachmentLimits): Attachments {
  const [list, setList] = useState<readonly Attachment[]>([]);
  const [words, setWords] = useState<string | null>(null);
  const files = useRef(new Map<string, File>());

  const change = useCallback((key: string, progress: Progress) => {
    setList((now) => now.map((one) => (one.key === key ? { ...one, progress } : one)));
  }, []);

  const keeper = useKeptDraft(sessionId, list, setList);
  const abort = useUploads(sessionId, list, files, change);
  useEffect(() => lateUploads.take(sessionId, (file) => setList((now) => [...now, attachmentOf(file)])), [sessionId]);

  const add = useCallback(
    (given: readonly File[]) => {
      const { taken, words: left } = withinCount(given, list.length, limits);
      setWords(left);
      const added = taken.map((file): Attachment => {
        const fault = faultOf(file, limits);
        const key = newId();
        files.current.set(key, file);
        return {
          key,
          name: file.name,
          size: file.size,
          preview: isSafeImage(file.type) ? URL.createObjectURL(file) : null,
          progress: fault === null ? { kind: "waiting" } : { kind: "failed", why: fault, isFinal: true },
        };
      });
      setList((now) => [...now, ...added]);
    },
    [list.length, limits],
  );

  const remove = useCallback(
    (key: string) => {
      const gone = list.find((one) => one.key === key);
      if (!gone) return;
      abort(key);
      files.current.delete(key);
      setWords(null);
      const left = list.filter((one) => one !== gone);
      leave(gone, left);
      setList((now) => now.filter((one) => one.key !== key));
    },
    [list, abort],
  );

  const again = useCallback((key: string) => change(key, { kind: "waiting" }), [change]);

  const take = useCallback(() => {
    keeper.hold();
    setWords(null);
    setList([]);
    for (const one of list) forgetPicture(one);
    files.current.clear();
    return arrived(list);
  }, [list, keeper]);

  const put = useCallback((back: readonly AttachedFile[]) => {
    setList((now) => [...back.map(attachmentOf), ...now]);
  }, []);

  const drop = useCallback((ids: readonly (string | null)[]) => {
    setList((now) => now.filter(({ progress }) => progress.kind !== "done" || !ids.includes(progress.file.id)));
  }, []);

  return { list, isPending: list.some(isPending), words, add, remove, again, take, put, drop, forget: keeper.forget };
}

type SetList = (next: (now: readonly Attachment[]) => readonly Attachment[]) => void;

/** Keeps what has arrived with the draft of a session. What was held stays there until the server has the question. */
function useKeptDraft(sessionId: string | null, list: readonly Attachment[], setList: SetList) {
  const session = useRef(sessionId);
  const isHeld = useRef(false);
  const isFirst = useRef(true);

  useEffect(() => {
    const from = session.current;
    session.current = sessionId;
    // A session that came to be under this composer takes the draft with it.
    if (from === null && sessionId !== null) {
      writeDraftFiles(sessionId, readDraftFiles(null));
      return writeDraftFiles(null, []);
    }
    const kept = readDraftFiles(sessionId).map(attachmentOf);
    setList((now) => [...kept.filter(({ key }) => !now.some((one) => one.key === key)), ...now]);
  }, [sessionId, setList]);

  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    if (list.length > 0) isHeld.current = false;
    if (!isHeld.current) writeDraftFiles(session.current, arrived(list));
  }, [list]);

  return useMemo(
    () => ({
      hold() {
        isHeld.current = true;
      },
      forget() {
        if (isHeld.current) writeDraftFiles(session.current, []);
      },
    }),
    [],
  );
}

type Sending = { readonly key: string; readonly name: string; readonly arrives: Promise<AttachedFile> };

/**
 * Sends the files that wait, one after another; gives what ends the sending of one. They go on when the page is left.
 */
function useUploads(
  sessionId: string | null,
  list: readonly Attachment[],
  files: RefObject<ReadonlyMap<string, File>>,
  change: (key: string, progress: Progress) => void,
): (key: string) => void {
  const leaving = useRef(new Map<string, AbortController>());
  const sending = useRef<Sending | null>(null);
  const waiting = useRef<readonly string[]>([]);

  useEffect(() => {
    waiting.current = list.flatMap(({ key, progress }) => (progress.kind === "waiting" ? [key] : []));
    const next = list.find(({ progress }) => progress.kind === "waiting");
    const file = next && files.current.get(next.key);
    if (sending.current || !next || !file) return;
    const aborter = new AbortController();
    leaving.current.set(next.key, aborter);
    const onShare = (share: number) => change(next.key, { kind: "sending", share });
    const arrives = import("./upload").then(({ upload }) => upload(file, onShare, aborter.signal));
    sending.current = { key: next.key, name: file.name, arrives };
    change(next.key, { kind: "sending", share: 0 });
    arrives
      .then(
        (stored): Progress => ({ kind: "done", file: stored }),
        (thrown: unknown): Progress => ({ kind: "failed", ...reasonOf(thrown) }),
      )
      .then((progress) => {
        sending.current = null;
        leaving.current.delete(next.key);
        // Also wakes this effect for the next one.
        change(next.key, progress);
      });
  }, [list, files, change]);

  useGoingOn(sessionId, files, sending, waiting);
  return useCallback((key) => leaving.current.get(key)?.abort(), []);
}

/** Lets what is being sent, and what waits behind it, go on when the composer is left. */
function useGoingOn(
  sessionId: string | null,
  files: RefObject<ReadonlyMap<string, File>>,
  sending: RefObject<Sending | null>,
  waiting: RefObject<readonly string[]>,
): void {
  const session = useRef(sessionId);
  useEffect(() => {
    session.current = sessionId;
  }, [sessionId]);
  useEffect(
    () => () => {
      const left = waiting.current.flatMap((key) =>
        key === sending.current?.key ? [] : (files.current.get(key) ?? []),
      );
      if (sending.current || left.length > 0) void lateUploads.goOn(session.current, sending.current, left);
    },
    [files, sending, waiting],
  );
}

/** What an attachment holds of the browser's memory goes, and what the server holds for nobody else. */
function leave(gone: Attachment, left: readonly Attachment[]): void {
  forgetPicture(gone);
  const { progress } = gone;
  // What fails here goes after an hour anyway.
  if (progress.kind === "done" && isAlone(progress.file, left)) forgetUpload(progress.file.id).catch(() => {});
}

function forgetPicture({ preview }: Attachment): void {
  if (preview?.startsWith("blob:")) URL.revokeObjectURL(preview);
}

function reasonOf(thrown: unknown): { readonly why: string; readonly isFinal: boolean } {
  if (!isProblem(thrown)) return { why: "It could not be sent.", isFinal: false };
  const { status, message } = thrown;
  if (status === 0) return { why: "The connection broke.", isFinal: false };
  return { why: message, isFinal: status === 413 || status === 401 || status === 403 };
}
