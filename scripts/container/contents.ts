import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CANARIES, filesOf, type Image } from "./image.ts";
import type { Report } from "./report.ts";

const MOST_MEGABYTES = 250;
const SERVER_UID = 1000;
/** What a build leaves for the next one, or for whoever tests. */
const LEFTOVERS =
  /^(?:\.next\/cache|\.next\/dev|e2e|bench|\.git|node_modules\/(?:typescript|vitest|playwright|@next\/swc))/u;
/** A key of ours, a private key, and an address with a password. */
const SHAPES = [
  /\bpk_[A-Za-z0-9]{40}\b/u,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=]{20}/u,
  /\bsk-[A-Za-z0-9]{32,}\b/u,
];

/** How big an image is, and what it holds that it should not. */
export function checkContents({ room }: Image, report: Report): void {
  const app = join(room.folder, "app");
  const files = filesOf(app);
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  report(megabytes < MOST_MEGABYTES, "size of /app", `${megabytes.toFixed(0)} MB, ${files.length} files`);
  for (const [name, bytes] of largestOf(files)) console.log(`    ${(bytes / 1e6).toFixed(1).padStart(6)} MB  ${name}`);

  const leftovers = files.filter(({ path }) => LEFTOVERS.test(path));
  report(leftovers.length === 0, "nothing that only a build needs", leftovers[0]?.path ?? "");

  const planted = Object.values(CANARIES).flatMap((text) => text.match(/canary-[\w-]+/gu) ?? []);
  const secrets = files.flatMap(({ path }) => {
    const text = readFileSync(join(app, path), "latin1");
    const found = planted.find((canary) => text.includes(canary)) ?? SHAPES.find((shape) => shape.test(text));
    return found === undefined ? [] : [`${path} (${found})`];
  });
  report(secrets.length === 0, "no secret in any file", secrets.slice(0, 5).join(", "));
  const data = readdirSync(app).filter((name) => name === "data" || name.startsWith(".env"));
  report(data.length === 0, "no data folder and no settings file", data.join(", "));

  const open = files.filter(({ path, mode }) => (mode & 0o022) !== 0 || statSync(join(app, path)).uid === SERVER_UID);
  report(open.length === 0, "nothing in /app that the server's user may write", open[0]?.path ?? "");
  const closed = files.filter(({ mode }) => (mode & 0o004) === 0);
  report(closed.length === 0, "everything in /app may be read by it", closed[0]?.path ?? "");
}

function largestOf(files: ReturnType<typeof filesOf>): [string, number][] {
  const sums = new Map<string, number>();
  for (const { path, bytes } of files) {
    const parts = path.split("/");
    const depth = parts[0] === "node_modules" ? (parts[1]?.startsWith("@") ? 3 : 2) : parts[0] === ".next" ? 2 : 1;
    const name = parts.slice(0, depth).join("/");
    sums.set(name, (sums.get(name) ?? 0) + bytes);
  }
  return [...sums].toSorted(([, a], [, b]) => b - a).slice(0, 12);
}
