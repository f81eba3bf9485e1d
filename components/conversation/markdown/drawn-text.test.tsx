import { expect, test } from "vitest";
import { drawnText, keptCharacters } from "./drawn-text";

const shown = (text: string) => ({ text, isStreaming: false, citable: null });

test("figure 12: the server draws a text once, and what still comes each time", async () => {
  expect(drawnText(shown("a *text*"))).toBe(drawnText(shown("a *text*")));
  expect((await drawnText(shown("a *text*")))?.__html).toContain("<em>text</em>");
  const coming = { ...shown("some `co"), isStreaming: true };
  expect(drawnText(coming)).not.toBe(drawnText(coming));
  expect((await drawnText(coming))?.__html).toContain("<code>co</code>");
});

test("figure 12: what an answer may name is drawn as its sources are", async () => {
  const source = (title: string) => {
    const one = { n: 1, doc_id: "d", chunk_id: "c", title, page_from: null, page_to: null, excerpt: "", citable: true };
    return { ...shown("as said [1]"), citable: { question: "q", sources: new Map([[1, one]]) } };
  };
  const htmlOf = async (title: string) => (await drawnText(source(title)))?.__html;
  expect(await htmlOf("One")).toContain("Source 1: One");
  expect(await htmlOf("Another")).toContain("Source 1: Another");
  expect((await drawnText(shown("as said [1]")))?.__html).not.toContain("Source 1");
});

test("figure 12: the notes of two answers have names of their own", async () => {
  const idIn = async (text: string) => /id="([^"]+)"/u.exec((await drawnText(shown(text)))?.__html ?? "")?.[1];
  const [one, two] = [await idIn("One[^1]\n\n[^1]: note"), await idIn("Two[^1]\n\n[^1]: note")];
  expect(one).toBeDefined();
  expect(one).not.toBe(two);
});

test("figure 12: no more is kept than four million characters, and no text that is very long", async () => {
  const before = keptCharacters();
  await drawnText(shown("word ".repeat(100_000)));
  expect(keptCharacters()).toBe(before);
  for (let n = 0; n < 12; n++) await drawnText(shown(`${n}\n\n\`\`\`\n${"word ".repeat(38_000)}`));
  expect(keptCharacters()).toBeLessThanOrEqual(4_000_000);
  expect(keptCharacters()).toBeGreaterThan(3_000_000);
});

test("figure 12: a text cannot become HTML of its own", async () => {
  const html = (
    await drawnText(shown('<img src=x onerror="alert(1)"> **<script>alert(1)</script>** [a](javascript:alert(1))'))
  )?.__html;
  expect(html).not.toMatch(/<img|<script|javascript:/u);
  expect(html).toContain("&lt;script&gt;");
});
