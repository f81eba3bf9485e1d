import { expect, test } from "vitest";
import { cleanName, savedName, sizeInWords, textTypeOf } from "./file.ts";

const c = String.fromCodePoint;
/** What somebody calls a file, and what it is called here. */
const NAMES: readonly (readonly [string, string])[] = [
  ["a.txt", "a.txt"],
  ["e\u0301te\u0301.pdf", "\u00e9t\u00e9.pdf"],
  ["e\u00ad\u0301", "\u00e9"],
  ["", "file"],
  [" ", "file"],
  [".", "file"],
  ["..", "file"],
  ["...", "file"],
  ["../../etc/passwd", "passwd"],
  ["/etc/passwd", "passwd"],
  ["..\\..\\windows\\system32\\cmd.exe", "cmd.exe"],
  ["C:\\fakepath\\photo.png", "photo.png"],
  ["folder/", "folder"],
  ["a/../b", "b"],
  ["//", "file"],
  [".htaccess", ".htaccess"],
  [".env", ".env"],
  ["a\u0000b.txt", "ab.txt"],
  ["a\nb.txt", "ab.txt"],
  ["a\r\nSet-Cookie: x=1", "aSet-Cookie: x=1"],
  ["a\tb.txt", "ab.txt"],
  [`a${c(0x1b)}[31mb.txt`, "a[31mb.txt"],
  [`a${c(0x7f)}b`, "ab"],
  [`a${c(0x85)}b`, "ab"],
  [`${c(0x202e)}gpj.exe`, "gpj.exe"],
  [`a${c(0x202a)}b${c(0x202c)}`, "ab"],
  [`a${c(0x2066)}b${c(0x2069)}`, "ab"],
  [`a${c(0x200e)}b${c(0x200f)}`, "ab"],
  [`a${c(0x061c)}b`, "ab"],
  [`a${c(0x200b)}b`, "ab"],
  [`${c(0xfeff)}a`, "a"],
  [`a${c(0xad)}b`, "ab"],
  [`a${c(0x2028)}b${c(0x2029)}`, "ab"],
  ["a\ud800b", "ab"],
  ["\udfff", "file"],
  [`a${c(0xfffd)}b`, "ab"],
  [`a${c(0xe000)}b`, "ab"],
  [`a${c(0xe0041)}b`, "ab"],
  [`${c(0x200d)}`, `${c(0x200d)}`],
  [`${c(0x1f469)}${c(0x200d)}${c(0x1f4bb)}.png`, `${c(0x1f469)}${c(0x200d)}${c(0x1f4bb)}.png`],
  ["Übersicht — „neu“.pdf", "Übersicht — „neu“.pdf"],
  ["日本語.csv", "日本語.csv"],
  ["ملف.pdf", "ملف.pdf"],
  ["a   b.txt", "a b.txt"],
  [`a${c(0xa0)}b${c(0x3000)}c`, "a b c"],
  [" a.txt ", "a.txt"],
  ["<script>alert(1)</script>.txt", "script>.txt"],
  ["<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"],
  ['"; rm -rf ~; ".txt', '"; rm -rf ~; ".txt'],
  ["$(whoami).txt", "$(whoami).txt"],
  ["`id`.txt", "`id`.txt"],
  ["' or 1=1 --", "' or 1=1 --"],
  ["%2e%2e%2fpasswd", "%2e%2e%2fpasswd"],
  ["%00.png", "%00.png"],
  ["a;b=c.txt", "a;b=c.txt"],
  ['a"b.txt', 'a"b.txt'],
  ["{{ 7 * 7 }}.txt", "{{ 7 * 7 }}.txt"],
  ["CON", "CON"],
  ["nul.txt", "nul.txt"],
  ["a.txt.", "a.txt."],
  ["javascript:alert(1)", "javascript:alert(1)"],
  ["data:text/html,x", "html,x"],
  [`${"x".repeat(300)}.tar.gz`, `${"x".repeat(196)}….gz`],
  ["x".repeat(300), `${"x".repeat(199)}…`],
  [`${c(0x1f600).repeat(300)}.png`, `${c(0x1f600).repeat(195)}….png`],
  [`a.${"x".repeat(300)}`, `a.${"x".repeat(197)}…`],
];

test.each(NAMES)("the file that somebody calls %j is called %j", (given, name) => {
  expect(cleanName(given)).toBe(name);
  expect([...cleanName(given)].length).toBeLessThanOrEqual(200);
  expect(cleanName(given).isWellFormed()).toBe(true);
  expect(cleanName(cleanName(given))).toBe(cleanName(given));
});

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1 KB"],
  [2149, "2.1 KB"],
  [12_300, "12 KB"],
  [999_499, "999 KB"],
  [999_900, "1 MB"],
  [2_100_000, "2.1 MB"],
  [25_000_000, "25 MB"],
  [10_000_000_000, "10 GB"],
  [5_000_000_000_000, "5000 GB"],
])("%d bytes are %j in words", (bytes, words) => {
  expect(sizeInWords(bytes)).toBe(words);
});

test.each([
  ["a.md", "text/markdown"],
  ["A.CSV", "text/csv"],
  ["a.json", "application/json"],
  ["a.html", "text/plain"],
  ["a.svg", "text/plain"],
  ["a.ts", "text/plain"],
  ["md", "text/plain"],
  ["a.constructor", "text/plain"],
])("text that is called %j is stored as %s", (name, type) => {
  expect(textTypeOf(name)).toBe(type);
});

test.each([
  ["../../etc/passwd", "etc passwd.md"],
  ["a\r\nb: c?", "a b c.md"],
  ["CON", "session CON.md"],
  ["con.txt", "session con.txt.md"],
  ["...", "file.md"],
  ["Tea. ", "Tea.md"],
  ["😀".repeat(200), `${"😀".repeat(100)}.md`],
])("a file that is made of %j has a name that is safe everywhere", (title, name) => {
  expect(savedName(title, "md")).toBe(name);
});
