import { afterEach, expect, test } from "vitest";
import { FUNCTION_SECONDS, hostOf, withinRequest } from "./host.ts";

const CONTEXTS = ["@next/request-context", "@vercel/request-context"].map((name) => Symbol.for(name));
afterEach(() => {
  for (const name of CONTEXTS) Reflect.deleteProperty(globalThis, name);
});

test("a server of one's own is always awake, keeps nothing and has no deadline", () => {
  const host = hostOf({ isFunction: false });
  host.keepAwake(Promise.resolve());
  expect([host.isAlwaysAwake, host.deadline()]).toEqual([true, null]);
});

test.each(CONTEXTS)(
  "a function is kept awake by the request at hand, where %s says how, and never by a failure",
  async (name) => {
    const kept: Promise<unknown>[] = [];
    const context = {
      kept,
      waitUntil(this: { readonly kept: Promise<unknown>[] }, work: Promise<unknown>) {
        this.kept.push(work);
      },
    };
    Reflect.set(globalThis, name, { get: () => context });
    const host = hostOf({ isFunction: true });
    const work = Promise.withResolvers<string>();
    host.keepAwake(work.promise);
    host.keepAwake(Promise.reject(new Error("told by whoever began it")));
    expect(kept).toHaveLength(2);
    work.resolve("done");
    await expect(Promise.all(kept)).resolves.toEqual(["done", undefined]);
  },
);

test("a function without a request has nothing to be kept awake by", () => {
  const host = hostOf({ isFunction: true });
  Reflect.set(globalThis, Symbol.for("@vercel/request-context"), { get: () => undefined });
  expect(() => host.keepAwake(Promise.resolve())).not.toThrow();
  expect(host.isAlwaysAwake).toBe(false);
});

test("what a request begins is to be done in time, by when the request began", async () => {
  const host = hostOf({ isFunction: true });
  await withinRequest(async () => {
    const first = host.deadline() ?? 0;
    expect(first - Date.now()).toBeGreaterThan((FUNCTION_SECONDS - 20) * 1000);
    expect(first - Date.now()).toBeLessThan(FUNCTION_SECONDS * 1000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(host.deadline()).toBe(first);
  });
});
