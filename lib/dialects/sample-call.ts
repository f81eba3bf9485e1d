/** The question of the sample calls. */
export const SAMPLE_QUESTION = "What can you do?";

/** A POST for a shell. `{origin}` stands for the server's address, the key is read from PARLEY_KEY. */
export const samplePost = (path: string, body: object): string =>
  [
    `curl -sN "{origin}${path}" \\`,
    '  -H "Authorization: Bearer $PARLEY_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(body)}'`,
  ].join("\n");

/** A call that makes a session, of whose answer the shell keeps a field as SESSION. */
export const sampleSession = (call: string, field: string): string =>
  `SESSION=$(${call} \\\n  | grep -o '"${field}":"[^"]*' | head -1 | cut -d'"' -f4)`;
