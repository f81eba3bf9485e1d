import { PACE_MS, PACED_FRAMES } from "../paced-frames.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import { measureStream } from "./running.ts";

/** Whether event streams come piece by piece through the address that people use. `key`: the owner's. */
export async function checkStreams(url: string, key: string | null): Promise<Finding> {
  const check = `streams at ${url}`;
  const measured = await measureStream(url, key);
  if ("problem" in measured) return judgeProblem(check, measured);
  const { arrivals } = measured;
  const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)];
  const sent = (PACED_FRAMES - 1) * PACE_MS;
  const found = `first piece after ${first.toFixed(0)} ms, last after ${last.toFixed(0)} ms`;
  if (arrivals.length < PACED_FRAMES) {
    return fail(
      check,
      `${arrivals.length} of ${PACED_FRAMES} pieces came`,
      "See whether a proxy in front ends long answers.",
    );
  }
  if (last - first >= sent * 0.7) return ok(check, found);
  return fail(
    check,
    `${found}: something in front holds pieces back that were sent over ${sent} ms`,
    "Turn off buffering and packing of text/event-stream there (nginx: `proxy_buffering off;`); the README has the lines.",
  );
}

function judgeProblem(check: string, { problem, status }: { problem: string; status: number | null }): Finding {
  if (status === 421) return fail(check, problem, "Name this host in NEXTAUTH_URL or ALLOWED_HOSTS.");
  if (status === 200) {
    return warn(
      check,
      "not measured: the server took the key of these settings for no owner's",
      "Run it where the server's settings and DATA_DIR are.",
    );
  }
  if (status !== null && status >= 300 && status < 400) {
    return fail(check, `${problem}: it leads elsewhere`, "Set NEXTAUTH_URL to the address that people end up at.");
  }
  return fail(
    check,
    problem,
    "See that the name leads to this server, that its certificate is valid, and that the proxy in front runs.",
  );
}
