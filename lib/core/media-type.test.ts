import { expect, test } from "vitest";
import { judge } from "./media-type.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000000d", "hex");
const utf8 = (text: string) => Buffer.from(text);

const TYPES: readonly (readonly [string, Uint8Array, string, string, string])[] = [
  ["PNG", PNG, "a.png", "image/png", "image/png"],
  ["PNG that says it is a page", PNG, "a.html", "text/html", "image/png"],
  ["JPEG", Buffer.from("ffd8ffe000104a46", "hex"), "a", "", "image/jpeg"],
  ["GIF", utf8("GIF89a~~~"), "a.txt", "text/plain", "image/gif"],
  ["WebP", Buffer.concat([utf8("RIFF"), Buffer.from("24000000", "hex"), utf8("WEBPVP8 ")]), "a", "", "image/webp"],
  [
    "RIFF that is no WebP",
    Buffer.concat([utf8("RIFF"), Buffer.from("24f80000", "hex"), utf8("WAVEfmt ")]),
    "a.wav",
    "audio/wav",
    "audio/wav",
  ],
  ["PDF", utf8("%PDF-1.7\n"), "a.pdf", "application/octet-stream", "application/pdf"],
  [
    "SVG that says it is an image",
    utf8("<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "a.svg",
    "image/svg+xml",
    "text/plain",
  ],
  ["a page", utf8("<html><script>alert(1)</script>"), "a.html", "text/html", "text/plain"],
  ["text that says it is a PNG", utf8("hello"), "a.png", "image/png", "text/plain"],
  ["Markdown", utf8("# Title"), "a.md", "", "text/markdown"],
  ["JSON", utf8("{}"), "a.json", "application/json", "application/json"],
  ["nothing", utf8(""), "a.txt", "text/plain", "text/plain"],
  ["text with a mark of its order", utf8("\ufeffa"), "a.txt", "", "text/plain"],
  ["text in UTF-16", Buffer.from("\ufeffabc", "utf16le"), "a.txt", "text/plain", "application/octet-stream"],
  ["text with NUL", utf8("a\u0000b"), "a.txt", "text/plain", "application/octet-stream"],
  ["bytes", Buffer.from("fffefdfc", "hex"), "a.bin", "", "application/octet-stream"],
  [
    "bytes that say they are an image",
    Buffer.from("fffefdfc", "hex"),
    "a.bin",
    "image/png",
    "application/octet-stream",
  ],
  [
    "bytes that say they are a page",
    Buffer.from("fffefdfc", "hex"),
    "a.bin",
    "application/xhtml+xml",
    "application/octet-stream",
  ],
  [
    "bytes that say they are a script",
    Buffer.from("fffefdfc", "hex"),
    "a",
    "application/javascript",
    "application/octet-stream",
  ],
  [
    "bytes with a type that is none",
    Buffer.from("fffefdfc", "hex"),
    "a",
    "application/x\r\ny: z",
    "application/octet-stream",
  ],
  [
    "a document of an office",
    Buffer.from("504b0304fffe", "hex"),
    "a.docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document; x=y",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  ],
];

test.each(TYPES)("%s, whole or byte by byte", (_, bytes, name, declared, type) => {
  const whole = judge();
  whole.see(bytes);
  expect(whole.say(name, declared)).toBe(type);
  const pieces = judge();
  for (const byte of bytes) pieces.see(Uint8Array.of(byte));
  expect(pieces.say(name, declared)).toBe(type);
});

test("a letter that is cut in two is no text", () => {
  const seen = judge();
  seen.see(Buffer.from("é").subarray(0, 1));
  expect(seen.say("a.txt", "text/plain")).toBe("application/octet-stream");
});
