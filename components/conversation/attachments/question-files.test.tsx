import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import type { Attachment } from "@/lib/dialects/llamacloud/answers.ts";
import { QuestionFiles } from "./question-files";

const drawn = (file: Partial<Attachment>): string =>
  renderToStaticMarkup(
    <QuestionFiles
      files={[{ id: "f", name: '"><script>x</script>', media_type: "text/plain", size: 2100, ...file }]}
    />,
  );

test.each<[string, Partial<Attachment>, string | null]>([
  ["a stored image", { media_type: "image/png" }, "/api/app/files/f"],
  ["a stored drawing that can hold scripts", { media_type: "image/svg+xml" }, null],
  ["a text", {}, null],
  ["an image in an older message", { id: null, url: "data:image/png;base64,AAAA" }, "data:image/png;base64,AAAA"],
  ["a drawing in an older message", { id: null, url: "data:image/svg+xml;base64,AAAA" }, null],
  ["an image of another host", { id: null, url: "https://example.org/a.png" }, null],
  ["an address that is a script", { id: null, url: "javascript:alert(1)" }, null],
])("%s is shown as an image only where that is safe, and tells no other host who reads", (_, file, source) => {
  const html = drawn(file);
  expect(/<img [^>]*src="([^"]*)"/u.exec(html)?.[1] ?? null).toBe(source);
  expect(html).not.toMatch(/<script|javascript:/u);
});

test("a file that is no image is named with its size, to be saved", () => {
  const html = drawn({ name: "notes.md" });
  expect(html).toContain('href="/api/app/files/f" download="notes.md"');
  expect(html).toContain("2.1 KB");
  expect(drawn({ id: null, url: "https://example.org/a.png" })).toContain('href="https://example.org/a.png"');
});
