/** A text with stretches of it marked, each from a UTF-16 unit to before another. */
export function Marked({
  text,
  marks,
}: {
  readonly text: string;
  readonly marks: readonly (readonly [from: number, to: number])[];
}) {
  return (
    <bdi>
      {marks.map(([from, to], n) => (
        <span key={from}>
          {text.slice(marks[n - 1]?.[1] ?? 0, from)}
          <mark>{text.slice(from, to)}</mark>
        </span>
      ))}
      {text.slice(marks.at(-1)?.[1] ?? 0)}
    </bdi>
  );
}

/** What is marked in a text: each word once, in lower case. */
export const markedWords = (text: string, marks: readonly (readonly [from: number, to: number])[]): string[] => [
  ...new Set(marks.map(([from, to]) => text.slice(from, to).toLowerCase())),
];
