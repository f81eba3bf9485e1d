import { expect, test } from "vitest";
import { readUploadForm } from "./multipart.ts";

/** A form as bytes that come in pieces of a size. */
function formOf(body: Buffer, boundary: string, piece: number): Request {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < body.length; at += piece) controller.enqueue(body.subarray(at, at + piece));
      controller.close();
    },
  });
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
  return new Request("http://parley.test", { method: "POST", body: stream, headers, duplex: "half" } as RequestInit);
}

const collected = async ({
  name,
  mediaType,
  bytes,
}: {
  name: string;
  mediaType: string;
  bytes: AsyncIterable<Uint8Array>;
}) => {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return { name, mediaType, text: Buffer.concat(pieces).toString("latin1") };
};

const givenUp: string[] = [];
const file = { store: collected, giveUp: async ({ text }: { text: string }) => void givenUp.push(text) };

const text = "line\r\n--not-the-mark\r\n\r\n--m\r\nand more\r\n";

test.each([1, 2, 7, 64, 100_000])("a form that comes in pieces of %i bytes is read as a whole", async (piece) => {
  const form = new FormData();
  form.append("purpose", "user_data");
  form.append("file", new File([text], 'a "quoted" 名.pdf', { type: "application/pdf" }));
  form.append("external_file_id", "x1");
  const whole = new Request("http://parley.test", { method: "POST", body: form });
  const boundary = /boundary=(.*)$/u.exec(whole.headers.get("content-type") ?? "")?.[1] ?? "";
  const request = formOf(Buffer.from(await whole.arrayBuffer()), boundary, piece);
  const { stored, fields } = await readUploadForm(request, "file", file);
  expect(stored).toEqual({ name: 'a "quoted" 名.pdf', mediaType: "application/pdf", text });
  expect([...fields]).toEqual([
    ["purpose", "user_data"],
    ["external_file_id", "x1"],
  ]);
});

const part = (name: string, value: string) =>
  `--m\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

test.each([
  ["without the file", `${part("purpose", "x")}--m--\r\n`, "invalid"],
  ["that breaks off in a part", part("purpose", "x"), "bad-request"],
  ["that breaks off in a head", '--m\r\ncontent-disposition: form-data; name="file"', "bad-request"],
  ["without names", "--m\r\ncontent-type: text/plain\r\n\r\nx\r\n--m--", "bad-request"],
  ["of nothing", "", "bad-request"],
  ["of too many parts", `${part("a", "x").repeat(21)}--m--`, "bad-request"],
  ["with a long field", `${part("a", "x".repeat(70_000))}--m--`, "too-large"],
])("a form %s is refused", async (_, body, code) => {
  await expect(readUploadForm(formOf(Buffer.from(body), "m", 500), "file", file)).rejects.toMatchObject({ code });
});

test("what is no form is refused", async () => {
  const request = new Request("http://parley.test", { method: "POST", body: "{}" });
  await expect(readUploadForm(request, "file", file)).rejects.toMatchObject({ code: "bad-request" });
});

const kept = `--m\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nkept\r\n`;

test.each([
  ["has too many parts", `${kept}${part("a", "x").repeat(21)}--m--`],
  ["has a long field", `${kept}${part("a", "x".repeat(70_000))}--m--`],
  ["breaks off", `${kept}--m\r\ncontent-disposition: form-data; name="a"\r\n\r\nx`],
])("S16: the file is given up where the form behind it %s", async (_, body) => {
  givenUp.length = 0;
  await expect(readUploadForm(formOf(Buffer.from(body), "m", 500), "file", file)).rejects.toThrow();
  expect(givenUp).toEqual(["kept"]);
});
