/** A sample call of one dialect, ready to paste into a shell. */
export type Sample = { readonly name: string; readonly code: string };

/**
 * Sample calls for the server at `origin` and one agent; without one those of the dialect that brings its own. The key is
 * read from PARLEY_KEY.
 */
export function samples(origin: string, agentId: string | null): readonly Sample[] {
  const post = (path: string, body: object) =>
    [
      `curl -sN "${origin}${path}" \\`,
      '  -H "Authorization: Bearer $PARLEY_KEY" \\',
      '  -H "Content-Type: application/json" \\',
      `  -d '${JSON.stringify(body)}'`,
    ].join("\n");
  /** Keeps the id that a call answers with. */
  const kept = (call: string, field: string) =>
    `SESSION=$(${call} \\\n  | grep -o '"${field}":"[^"]*' | head -1 | cut -d'"' -f4)`;
  const question = "What can you do?";
  const messages = [{ role: "user", content: question }];
  const llamacloud = {
    name: "LlamaCloud",
    code: [
      kept(post("/api/v1/chat", {}), "session_id"),
      post("/api/v1/chat/$SESSION/messages/stream", { index_ids: [], prompt: question }),
    ].join("\n\n"),
  };
  if (agentId === null) return [llamacloud];
  return [
    llamacloud,
    {
      name: "Julep",
      code: [
        kept(post("/api/sessions", { agent: agentId }), "id"),
        post("/api/sessions/$SESSION/chat", { messages, stream: true }),
      ].join("\n\n"),
    },
    {
      name: "Assistants",
      code: post(`/api/v1/compatibility/openai/v1/assistants/${agentId}/chat/completions`, { messages, stream: true }),
    },
    {
      name: "Bots",
      code: post("/v1/chat", { bot_uid: agentId, prompt: question, stream: true }),
    },
  ];
}
