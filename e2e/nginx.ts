import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../lib/testing/free-port.ts";
import { findNginx } from "../scripts/nginx.ts";

/** What an nginx in front of a server is to do. */
export type Front = {
  /** The address of the server behind it. */
  readonly upstream: string;
  /** Whether it speaks TLS, with a certificate that it signs itself. */
  readonly isTls?: boolean;
  /** Directives of its one location, besides `proxy_pass`. */
  readonly location?: string;
};

export type Nginx = { readonly port: number; readonly close: () => Promise<void> };

/**
 * Starts an nginx on a free port of 127.0.0.1, or on `port`. Caches, where a location asks for it, are called "all".
 */
export async function startNginx(front: Front, port?: number): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "parley-nginx-"));
  for (const name of ["temp", "cache"]) mkdirSync(join(folder, name), { mode: 0o777 });
  const chosen = port ?? (await freePort());
  writeFileSync(join(folder, "nginx.conf"), configOf(front, folder, chosen));
  if (front.isTls) certify(folder);
  const child = spawn(findNginx(), ["-p", folder, "-c", "nginx.conf", "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  while (!(await isOpen(chosen))) {
    if (child.exitCode !== null) throw new Error(`nginx ended:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port: chosen,
    async close() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

function configOf({ upstream, isTls = false, location = "" }: Front, folder: string, port: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path temp/${name};`,
  );
  return `
daemon off;
worker_processes 1;
pid nginx.pid;
${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 256; }
http {
  access_log off;
  ${temporary.join("\n  ")}
  proxy_cache_path ${folder}/cache keys_zone=all:1m;
  server {
    listen 127.0.0.1:${port}${isTls ? " ssl" : ""};
    ${isTls ? "ssl_certificate cert.pem; ssl_certificate_key key.pem;" : ""}
    location / {
      proxy_pass ${upstream};
      ${location}
    }
  }
}`;
}

function certify(folder: string): void {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=chat.lan"];
  const { status, stderr } = spawnSync("openssl", [...made, "-keyout", key, "-out", certificate]);
  if (status !== 0) throw new Error(`No certificate could be made: ${stderr}`);
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
