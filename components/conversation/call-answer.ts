/** What a person gives as the result of a call. */
export type CallAnswer = { readonly output: unknown; readonly isError: boolean };

/** How a person writes it: the words as they stand, or as the value that they say. */
export type AnswerKind = "text" | "json";

/** As the server takes it: see the limits of tools. */
const MOST_CHARACTERS = 256 * 1024;

/** A person's answer, or what is wrong with it. */
export function readAnswer(
  text: string,
  kind: AnswerKind,
  isError: boolean,
): { readonly answer: CallAnswer } | { readonly fault: string } {
  if (text.trim() === "") return { fault: isError ? "Say what went wrong" : "Write the answer" };
  const read = kind === "text" ? { value: text } : readJson(text);
  if ("fault" in read) return read;
  return answerOf(isError ? { error: read.value } : read.value, isError);
}

/** An answer of a value, or what is wrong with it. */
export function answerOf(
  output: unknown,
  isError: boolean,
): { readonly answer: CallAnswer } | { readonly fault: string } {
  const size = JSON.stringify(output).length;
  if (size > MOST_CHARACTERS) return { fault: "This is too long: 256 KB at the most" };
  return { answer: { output, isError } };
}

function readJson(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return { fault: 'This is no JSON. It would be such as {"city": "Bonn"}, "a text" in quotes, or 42' };
  }
}

/** Whether a text looks as if it were meant as JSON. */
export const looksLikeJson = (text: string): boolean => /^\s*[[{]/u.test(text) && !("fault" in readJson(text));
