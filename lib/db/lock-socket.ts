import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

/**
 * The longest path of a socket that every system takes (unix(7): 108 bytes on Linux, 104 on others, with the last
 * zero).
 */
const LONGEST_PATH_BYTES = 100;
const ANSWER_MS = 1000;

/** A socket beside a lock on which its holder listens. */
export type LockSocket = { readonly name: string; readonly close: () => void };

/**
 * Listens on a socket in `folder` until it is closed or this process has ended, however it ends: the kernel closes it
 * with the last thread. So whoever shares that kernel, in any container, sees at once that the holder is gone. Null
 * where the file system takes no socket.
 */
export async function openSocket(folder: string, token: string): Promise<LockSocket | null> {
  const name = `lock-${token.slice(0, 8)}`;
  const path = join(folder, name);
  if (process.platform === "win32" || Buffer.byteLength(path) > LONGEST_PATH_BYTES) return null;
  // Being there is all that it says.
  const server = createServer((connection) => connection.destroy());
  const isOpen = await new Promise<boolean>((resolve) => {
    server.on("error", () => resolve(false));
    server.listen(path, () => resolve(true));
  });
  if (!isOpen) return null;
  server.unref();
  return {
    name,
    close() {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

/** Whether nobody of this kernel listens on a socket any more. "unknown" also where it is not there. */
export function socketState(path: string): Promise<"held" | "gone" | "unknown"> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (state: "held" | "gone" | "unknown") => {
      clearTimeout(timer);
      socket.destroy();
      resolve(state);
    };
    const timer = setTimeout(() => end("unknown"), ANSWER_MS);
    socket.once("connect", () => end("held"));
    // Only one that has no listener is refused; a full queue or a missing permission are other errors (connect(2)).
    socket.on("error", (thrown) => end("code" in thrown && thrown.code === "ECONNREFUSED" ? "gone" : "unknown"));
  });
}
