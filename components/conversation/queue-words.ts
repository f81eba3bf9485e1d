import type { Reason } from "./queue";

const WORDS: Readonly<Record<Reason, string>> = {
  connection: "Waits for the connection",
  "sign-in": "Waits until you are signed in",
  answer: "Waits for the answer",
  broken: "Not sent: the answer before it failed",
  calls: "Not sent: it would take the place of the answer above",
  refused: "Not sent",
};

export const wordsOf = (reason: Reason): string => WORDS[reason];

/** Whether the person decides about what waits. */
export const asksPerson = (reason: Reason | null): boolean =>
  reason === "broken" || reason === "calls" || reason === "refused";
