import { mindMapAsFlowchart } from "./mind-map";

/** A diagram as a picture: `url` is of a blob of this page; sizes in pixels. */
export type Picture = { readonly url: string; readonly width: number; readonly height: number };
export type Drawn = Picture | { readonly why: string };

type Asked = { readonly source: string; readonly isDark: boolean; readonly tell: (drawn: Drawn) => void };

const PAGE = "/drawing/diagrams.html";
const MAX_CHARACTERS = 20_000;
const MAX_PICTURE = 2_000_000;
const MAX_SIDE = 10_000;
/** The frame is taken away where it gives nothing for so long; before, its code has to come. */
const PATIENCE_MS = 5000;
const LOADING_MS = 30_000;
const MAX_ENDED = 3;
const MAX_KEPT = 60;

const kept = new Map<string, Picture>();
const queue: Asked[] = [];
let frame: HTMLIFrameElement | null = null;
let isReady = false;
let current: Asked | null = null;
let lastId = 0;
let ended = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

const keyOf = (source: string, isDark: boolean): string => `${isDark ? "dark" : "light"} ${source}`;

/** A diagram that was drawn before. */
export const drawnDiagram = (source: string, isDark: boolean): Picture | undefined => kept.get(keyOf(source, isDark));

/**
 * Draws diagrams one after the other in one hidden frame, which has no origin and may load nothing. What it gives back
 * is shown as a picture, in which nothing runs. Never fails; says `why` nothing was drawn.
 */
export function drawDiagram(source: string, isDark: boolean): Promise<Drawn> {
  const known = drawnDiagram(source, isDark);
  if (known) return Promise.resolve(known);
  if (source.length > MAX_CHARACTERS) return Promise.resolve({ why: "It is too long." });
  if (ended >= MAX_ENDED) return Promise.resolve({ why: "Too many diagrams of this page took too long." });
  return new Promise((resolve) => {
    queue.push({ source, isDark, tell: resolve });
    next();
  });
}

function next(): void {
  if (current !== null) return;
  current = queue.shift() ?? null;
  if (current === null) return;
  if (frame === null) open();
  else if (isReady) ask();
}

function open(): void {
  isReady = false;
  frame = document.createElement("iframe");
  frame.className = "diagram-frame";
  frame.title = "Draws diagrams";
  frame.tabIndex = -1;
  frame.setAttribute("aria-hidden", "true");
  // Scripts alone: without an origin of its own it has no cookies, no storage and no way to this page.
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = PAGE;
  window.addEventListener("message", hear);
  document.body.append(frame);
  timer = setTimeout(() => {
    const why = "What draws diagrams could not be loaded.";
    for (const { tell } of queue.splice(0)) tell({ why });
    close(why);
  }, LOADING_MS);
}

function ask(): void {
  if (current === null) return;
  lastId++;
  const source = mindMapAsFlowchart(current.source) ?? current.source;
  frame?.contentWindow?.postMessage({ id: lastId, source, isDark: current.isDark }, "*");
  timer = setTimeout(() => {
    ended++;
    close("It took too long to draw.");
  }, PATIENCE_MS);
}

function close(why: string): void {
  window.removeEventListener("message", hear);
  frame?.remove();
  frame = null;
  done({ why });
}

function done(drawn: Drawn): void {
  clearTimeout(timer);
  const asked = current;
  current = null;
  if (asked && "url" in drawn) keep(asked, drawn);
  asked?.tell(drawn);
  next();
}

function keep({ source, isDark }: Asked, picture: Picture): void {
  for (const [oldest, { url }] of [...kept].slice(0, Math.max(0, kept.size - MAX_KEPT + 1))) {
    URL.revokeObjectURL(url);
    kept.delete(oldest);
  }
  kept.set(keyOf(source, isDark), picture);
}

function hear({ source, data }: MessageEvent<unknown>): void {
  if (frame === null || source !== frame.contentWindow || typeof data !== "object" || data === null) return;
  const said: Readonly<Record<string, unknown>> = { ...data };
  if (said.isReady === true && !isReady) {
    clearTimeout(timer);
    isReady = true;
    ask();
  } else if (said.id === lastId && current !== null) done(pictureOf(said));
}

/** What the frame said, which may be anything. */
function pictureOf({ svg, width, height, why }: Readonly<Record<string, unknown>>): Drawn {
  if (typeof why === "string") return { why: why.slice(0, 300) };
  if (typeof svg !== "string" || svg.length > MAX_PICTURE || !isSide(width) || !isSide(height))
    return { why: "It is too large." };
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  return { url, width: Math.ceil(width), height: Math.ceil(height) };
}

const isSide = (value: unknown): value is number => typeof value === "number" && value >= 1 && value <= MAX_SIDE;
