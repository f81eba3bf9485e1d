import { expect, test } from "vitest";
import { eventsOf } from "./sse";

test("frames are read however they are cut, with the numbers of their events; comments and odd frames are passed over", async () => {
  const said = (content: string) => `data: {"type":"text_delta","content":"${content}"}\n\n`;
  const bytes = new TextEncoder().encode(`: open\n\nid: 3\n${said("é")}: ping\n\ndata: no JSON\n\nid: 4\n${said("b")}`);
  for (const size of [1, 7, bytes.length]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.slice(n * size, (n + 1) * size),
    );
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
    const read = [];
    for await (const { number, event } of eventsOf(body)) {
      read.push([number, event.type === "text_delta" && event.content]);
    }
    expect(read).toEqual([
      [3, "é"],
      [4, "b"],
    ]);
  }
});
