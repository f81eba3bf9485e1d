import type { SessionEvent } from "@/lib/dialects/llamacloud/answers.ts";
import type { NumberedEvent } from "./turn-reader";

/** The events of a server-sent stream, in order; comments and frames that are not JSON are passed over. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<NumberedEvent, void> {
  // The library's types of the two streams differ in how their bytes are held.
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let rest = "";
  let data: string[] = [];
  let number: number | null = null;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
        else if (line.startsWith("id:")) number = Number(line.slice(3));
        else if (line === "" && data.length > 0) {
          const event = parse(data.join("\n"));
          data = [];
          if (event) yield { number, event };
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function parse(text: string): SessionEvent | null {
  try {
    return JSON.parse(text) as SessionEvent; // of our own server
  } catch {
    return null;
  }
}
