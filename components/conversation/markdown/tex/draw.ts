"use client";

import "katex/dist/katex.min.css";
import type { Plain } from "./build";

export type Formula = { readonly root: Plain | string } | { readonly why: string };
type Asked = { readonly source: string; readonly isDisplay: boolean; readonly tell: (formula: Formula) => void };

/** Longer ones stay source. */
const MAX_CHARACTERS = 5000;
/** The worker is ended where it gives nothing for so long; before, its code has to come. */
const PATIENCE_MS = 1500;
const LOADING_MS = 20_000;
const MAX_ENDED = 5;
const MAX_KEPT = 1000;

const kept = new Map<string, Formula>();
const waiting = new Map<number, Asked>();
let worker: Worker | null = null;
let isReady = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastId = 0;
let ended = 0;

const keyOf = (source: string, isDisplay: boolean): string => `${isDisplay ? "d" : "i"}${source}`;

/** A formula that was set before. */
export const setFormula = (source: string, isDisplay: boolean): Formula | undefined =>
  kept.get(keyOf(source, isDisplay));

/**
 * Sets a formula in a worker: however it is written, it does not hold the page. Never fails; says `why` it was not set.
 */
export function drawFormula(source: string, isDisplay: boolean): Promise<Formula> {
  const known = setFormula(source, isDisplay);
  if (known) return Promise.resolve(known);
  if (source.length > MAX_CHARACTERS) return Promise.resolve({ why: "It is too long." });
  if (ended >= MAX_ENDED) return Promise.resolve({ why: "Too many formulas of this page took too long." });
  return new Promise((resolve) => {
    lastId++;
    waiting.set(lastId, { source, isDisplay, tell: resolve });
    if (worker === null) start();
    else post(lastId);
    if (waiting.size === 1) watch();
  });
}

function post(id: number): void {
  const asked = waiting.get(id);
  if (asked) worker?.postMessage({ id, source: asked.source, isDisplay: asked.isDisplay });
}

function start(): void {
  worker = new Worker("/drawing/formulas.js");
  isReady = false;
  worker.onmessage = ({ data }: MessageEvent<{ id?: number } & Formula>) => {
    const { id, ...formula } = data;
    if (id === undefined) isReady = true;
    else keep(id, formula);
    watch();
  };
  worker.onerror = failToLoad;
  for (const id of waiting.keys()) post(id);
}

/** The same formula may be tried again, when the network is back. */
function failToLoad(): void {
  stop();
  for (const id of [...waiting.keys()]) settle(id, { why: "What sets formulas could not be loaded." });
}

function stop(): void {
  clearTimeout(timer);
  worker?.terminate();
  worker = null;
}

/** They are set in their order, so that the first that waits is the one at which the worker is. */
function watch(): void {
  clearTimeout(timer);
  const [first] = waiting.keys();
  if (first === undefined) return;
  if (!isReady) {
    timer = setTimeout(failToLoad, LOADING_MS);
    return;
  }
  timer = setTimeout(() => {
    ended++;
    keep(first, { why: "It took too long to set." });
    stop();
    if (ended >= MAX_ENDED) for (const id of [...waiting.keys()]) settle(id, { why: "Others took too long to set." });
    if (waiting.size === 0) return;
    start();
    watch();
  }, PATIENCE_MS);
}

function settle(id: number, formula: Formula): void {
  const asked = waiting.get(id);
  waiting.delete(id);
  asked?.tell(formula);
}

function keep(id: number, formula: Formula): void {
  const asked = waiting.get(id);
  if (!asked) return;
  if (kept.size >= MAX_KEPT) for (const [oldest] of [...kept].slice(0, MAX_KEPT / 2)) kept.delete(oldest);
  kept.set(keyOf(asked.source, asked.isDisplay), formula);
  settle(id, formula);
}
