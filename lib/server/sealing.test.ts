import { describe, expect, test } from "vitest";
import { sealing } from "./sealing.ts";

const { seal, unseal } = sealing("a secret of the server");

describe("a sealed text", () => {
  test.each(["sk-proj-1234", "", "ключ 🔑", "x".repeat(10_000)])("is read again: %.20s", (text) => {
    expect(unseal(seal(text, "row 1"), "row 1")).toBe(text);
  });

  test("is another each time, and tells nothing of what it holds", () => {
    const [first, second] = [seal("sk-proj-1234", "row 1"), seal("sk-proj-1234", "row 1")];
    expect(first).not.toBe(second);
    expect(`${first} ${Buffer.from(first.slice(3), "base64url").toString("latin1")}`).not.toContain("sk-proj");
  });

  test("is not read for another row, under another secret, or where a byte of it has changed", () => {
    const sealed = seal("sk-proj-1234", "row 1");
    expect(unseal(sealed, "row 2")).toBeNull();
    expect(sealing("another secret").unseal(sealed, "row 1")).toBeNull();
    const bytes = Buffer.from(sealed.slice(3), "base64url");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(unseal(`v1.${changed.toString("base64url")}`, "row 1")).toBeNull();
    }
  });

  test.each(["", "v1", "v1.", "v2.AAAA", "sk-proj-1234", "v1.AAAA"])("%j is none", (text) => {
    expect(unseal(text, "row 1")).toBeNull();
  });
});
