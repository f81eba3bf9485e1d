import { problemOf } from "../../api";
import { noteAnswer, viewerHeaders } from "../../viewer";
import type { AttachedFile } from "./attachment";

/**
 * Sends a file, and tells how much of it has gone. Not by `fetch`, which tells nothing of what it sends.
 *
 * Rejects with a Problem; with an AbortError where `signal` ends it.
 */
export function upload(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<AttachedFile> {
  const { promise, resolve, reject } = Promise.withResolvers<AttachedFile>();
  const request = new XMLHttpRequest();
  const name = encodeURIComponent(file.name.toWellFormed());
  request.open("POST", `/api/app/files?name=${name}`);
  for (const [header, value] of Object.entries(viewerHeaders())) request.setRequestHeader(header, value);
  request.setRequestHeader("content-type", file.type || "application/octet-stream");
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
  request.onload = () => {
    noteAnswer(request.status, true);
    if (request.status === 201)
      resolve(request.response as AttachedFile); // the answer of our own route
    else reject(problemOf(request.status, request.response));
  };
  request.onerror = () => reject(problemOf(0, { detail: "The connection broke." }));
  request.onabort = () => reject(new DOMException("Left", "AbortError"));
  signal.addEventListener("abort", () => request.abort(), { once: true });
  request.send(file);
  return promise;
}
