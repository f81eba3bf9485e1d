import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import Markdown from "./markdown";

const html = (text: string) => renderToStaticMarkup(<Markdown text={text} isStreaming={false} />);

/** Names that every plain object answers to, though nobody gave it them. */
const INHERITED = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__"];

test.each(INHERITED)("C29: a fence of the language %s is code of a language that is not known", (name) => {
  const shown = html(`\`\`\`${name}\nlet x = 1\n\`\`\``);
  expect(shown).toContain(`<span class="code-language">${name}</span>`);
  expect(shown).toContain("let x = 1");
});

test("C29: a checkbox of a task list is named by its item's words", () => {
  const shown = html("- [x] Bake the **bread**\n- [ ] Eat it\n  - [ ] with butter\n- [ ] ");
  const boxes = shown.match(/<input[^>]*>/gu) ?? [];
  expect(boxes.map((box) => /aria-label="([^"]*)"/u.exec(box)?.[1])).toEqual([
    "Bake the bread",
    "Eat it",
    "with butter",
  ]);
  expect(boxes.map((box) => box.includes("checked"))).toEqual([true, false, false]);
  expect(boxes.every((box) => box.includes("disabled"))).toBe(true);
});
