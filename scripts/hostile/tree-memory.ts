import { readdirSync, readFileSync } from "node:fs";

const EVERY_MS = 100;

/**
 * Watches the memory of a process and of those that it starts, until it is stopped: by how many bytes it grew at the
 * most.
 */
export function treeMemory(pid: number) {
  const atStart = bytesOf(pid);
  let most = atStart;
  const look = () => {
    most = Math.max(most, bytesOf(pid));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return most - atStart;
    },
  };
}

/** What a process and its children hold that no file does: proc(5), RssAnon. */
function bytesOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) => said(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean));
  return [String(pid), ...children].reduce((sum, one) => {
    const kilobytes = /^RssAnon:\s+(\d+) kB$/mu.exec(said(`/proc/${one}/status`))?.[1];
    return sum + 1024 * Number(kilobytes ?? 0);
  }, 0);
}

/** What a file says; nothing where its process has ended. */
function said(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
