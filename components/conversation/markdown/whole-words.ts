/** Without the word that is still arriving; scripts that write no spaces lose nothing. */
export function wholeWords(text: string): string {
  // Only its end is looked at: a long answer is cut with every piece that comes.
  const end = text.slice(-24);
  const last =
    /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}\p{N}'’-]{1,24}$/u.exec(end);
  return last ? text.slice(0, text.length - end.length + last.index) : text;
}
