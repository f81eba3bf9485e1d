/** The text of a response. Throws, and closes the connection, where it has more than `limit` bytes. */
export async function limitedText(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.byteLength;
    if (size > limit) throw new Error(`The answer has more than ${limit} bytes`);
    texts.push(decoder.decode(piece, { stream: true }));
  }
  return texts.join("") + decoder.decode();
}
