import type { Dice } from "../prove/texts.ts";

// Forms with a file (RFC 7578), right and broken.

/** A body, its headers, and the length that they announce where it is another than the body's. */
export type Form = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly length?: number;
};

const BOUNDARY = "----attack";
const NAMES: readonly ((size: number) => string)[] = [
  () => "a.txt",
  () => "a.pdf",
  () => "",
  (size) => `${"n".repeat(size)}.txt`,
  (size) => "../".repeat(size / 3),
  () => "a\u0000b.txt",
  () => '\\"\\',
  () => "%00%0d%0aset-cookie: x.txt",
  (size) => "\u202e".repeat(size / 3),
  (size) => "\\".repeat(size),
];
const HEADS: readonly ((size: number) => string)[] = [
  () => "",
  () => "content-type: image/svg+xml\r\n",
  (size) => `content-type: ${"x/".repeat(size / 2)}\r\n`,
  (size) => `x-long: ${"h".repeat(size)}\r\n`,
  (size) => "x: y\r\n".repeat(size / 6),
  () => "content-transfer-encoding: base64\r\n",
];
const BOUNDARIES = [
  `boundary=${BOUNDARY}`,
  `boundary="${BOUNDARY}"`,
  "boundary=",
  "boundary=another",
  `boundary=${"b".repeat(5000)}`,
  "boundary=(.*)+$",
  'boundary="',
  "charset=utf-16",
];

/** A form: most are right but for one thing. Large parts of it have some `size` characters. */
export function formOf(chosen: Dice, size: number): Form {
  const pick = <Item>(items: readonly Item[], usual: Item, isOdd: boolean): Item =>
    isOdd ? (items[chosen.upTo(items.length)] ?? usual) : usual;
  const odd = chosen.upTo(7);
  const name = pick(NAMES, () => "a.txt", odd === 0)(size);
  const head = pick(HEADS, () => "content-type: text/plain\r\n", odd === 1)(size);
  const file = part(`name="file"; filename="${name}"`, head, "text ".repeat(Math.min(size, 100_000) / 5));
  const fields = odd === 2 ? manyParts(chosen, size) : part('name="purpose"', "", "user_data");
  const whole = Buffer.from(`${chosen.chance(0.5) ? fields + file : file + fields}--${BOUNDARY}--\r\n`);
  const headers = { "content-type": `multipart/form-data; ${pick(BOUNDARIES, BOUNDARIES[0] ?? "", odd === 3)}` };
  // Somewhere cut off, or with other bytes in it.
  const body = odd === 4 ? whole.subarray(0, chosen.upTo(whole.length)) : whole;
  if (odd === 5) for (let n = 0; n < 5; n++) body[chosen.upTo(body.length)] = chosen.upTo(256);
  // More than comes, or less.
  const length = odd === 6 ? Math.floor(body.length * (chosen.chance(0.5) ? 0.5 : 2)) : undefined;
  return { headers, body, length };
}

const part = (disposition: string, head: string, content: string): string =>
  `--${BOUNDARY}\r\ncontent-disposition: form-data; ${disposition}\r\n${head}\r\n${content}\r\n`;

function manyParts(chosen: Dice, size: number): string {
  const one = [
    part('name="a"', "", ""),
    part(`name="${"f".repeat(1000)}"`, "", "x"),
    part("", "", "x"),
    part('name="file"; filename="b.txt"', "", "second"),
    `--${BOUNDARY}\r\n\r\n`,
  ][chosen.upTo(5)] as string; // there are five
  return one.repeat(Math.ceil(size / one.length));
}
