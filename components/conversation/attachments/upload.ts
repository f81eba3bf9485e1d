import { problemOf } from "../../api";
import { noteAnswer, viewerHeaders, writeInTurn } from "../../viewer";
import type { AttachedFile } from "./attachment";

/** Sends a file to be attached: see `sendFile`. */
export const upload = (file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<AttachedFile> =>
  sendFile<AttachedFile>(
    `/api/app/files?name=${encodeURIComponent(file.name.toWellFormed())}`,
    file,
    onProgress,
    signal,
  );

/**
 * Sends a file to a route of our own, tells how much of it has gone, and gives the route's answer. Not by `fetch`,
 * which tells nothing of what it sends.
 *
 * Rejects with a Problem; with an AbortError where `signal` ends it.
 */
export const sendFile = <Stored>(
  address: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Stored> => writeInTurn(() => sendNow<Stored>(address, file, onProgress, signal));

function sendNow<Stored>(
  address: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Stored> {
  if (signal.aborted) return Promise.reject(new DOMException("Left", "AbortError"));
  const { promise, resolve, reject } = Promise.withResolvers<Stored>();
  const request = new XMLHttpRequest();
  request.open("POST", address);
  for (const [header, value] of Object.entries(viewerHeaders())) request.setRequestHeader(header, value);
  request.setRequestHeader("content-type", file.type || "application/octet-stream");
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
  request.onload = () => {
    noteAnswer(request.status, true);
    if (request.status === 201)
      resolve(request.response as Stored); // the answer of our own route
    else reject(problemOf(request.status, request.response));
  };
  request.onerror = () => reject(problemOf(0, { detail: "The connection broke." }));
  request.onabort = () => reject(new DOMException("Left", "AbortError"));
  signal.addEventListener("abort", () => request.abort(), { once: true });
  request.send(file);
  return promise;
}
