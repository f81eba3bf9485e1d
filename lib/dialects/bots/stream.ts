import { answerText } from "../../core/turn/answer-text.ts";
import type { Stretch } from "../../core/turn/follow.ts";

const frame = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

/** The empty piece that goes out before the model's first token: the contract, section 4, rule 2. */
export const FIRST_FRAME = frame({ content: "" });

const failed = (message: string): string => frame({ content: "", error: { message, type: "upstream_error" } });

/** The frames of an answer after the first, to the word [DONE]: the contract, section 4. */
export async function* botFrames(stretches: AsyncIterable<Stretch>): AsyncGenerator<string, void> {
  const added = answerText();
  let hasEnded = false;
  for await (const { events } of stretches) {
    const frames: string[] = [];
    for (const event of events) {
      const content = added(event);
      if (content !== "") frames.push(frame({ content }));
      if (event.type === "turn-error") frames.push(failed(event.message));
      hasEnded ||= event.type === "turn-error" || event.type === "turn-end";
    }
    if (frames.length > 0) yield frames.join("");
  }
  if (!hasEnded) yield failed("The answer was interrupted");
  yield "data: [DONE]\n\n";
}
