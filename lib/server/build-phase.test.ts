import { afterEach, expect, test } from "vitest";
import { parley } from "./parley.ts";

afterEach(() => {
  delete process.env.NEXT_PHASE;
});

test("while Next builds no server opens, whatever the settings are", async () => {
  process.env.NEXT_PHASE = "phase-production-build";
  await expect(parley()).rejects.toMatchObject({ code: "unavailable", message: "A build opens no server" });
});
