import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as a server of models sees it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape and say what they expect of them.
export type Seen = any;

/** What a server refuses of a request: the status and the body of its answer; null: nothing. */
export type Demand = (body: Seen, request: IncomingMessage) => readonly [status: number, body: unknown] | null;

/** How a model answers what was not refused: pieces of a stream, or a function that writes the answer itself. */
export type Reply = readonly string[] | ((body: Seen, response: ServerResponse) => void | Promise<void>);

export const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
export const delta = (value: object, finish_reason: string | null = null): string =>
  frame({ choices: [{ index: 0, delta: value, finish_reason }] });
export const DONE = "data: [DONE]\n\n";
/** A whole answer. */
export const saying = (text: string): readonly string[] => [delta({ content: text }), delta({}, "stop"), DONE];
/** An answer that calls one tool. */
export const calling = (id: string, name: string, input: string, more: object = {}): readonly string[] => [
  delta({ tool_calls: [{ index: 0, id, type: "function", function: { name, arguments: input }, ...more }] }),
  delta({}, "tool_calls"),
  DONE,
];

/**
 * A server of models over real HTTP, as strict as its demands: each model has demands and replies of its own. Titles
 * are answered aside. It keeps what it was asked for turns.
 */
export async function openStrictModel() {
  const models = new Map<string, { demands: readonly Demand[]; replies: Reply[]; seen: Seen[] }>();
  /** Nobody knows the models until a test says which there are. */
  let list: unknown = null;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    if (request.method === "GET") return void response.writeHead(list === null ? 500 : 200).end(JSON.stringify(list));
    const body = JSON.parse(text);
    if (text.includes("Write a title for")) return void response.end([...saying("A title")].join(""));
    const model = models.get(body.model);
    if (!model) return void response.writeHead(404).end(JSON.stringify({ error: { message: "no such model" } }));
    model.seen.push(body);
    for (const demand of model.demands) {
      const refusal = demand(body, request);
      if (refusal) return void response.writeHead(refusal[0]).end(JSON.stringify(refusal[1]));
    }
    const reply = (model.replies.length > 1 ? model.replies.shift() : model.replies[0]) ?? saying("Well.");
    if (typeof reply === "function") return void (await reply(body, response));
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of reply) response.write(piece);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    /** Sets up a model; what it was asked is gathered in the list that this gives. The last reply is given for ever. */
    model(name: string, replies: readonly Reply[], demands: readonly Demand[] = []): Seen[] {
      const seen: Seen[] = [];
      models.set(name, { demands, replies: [...replies], seen });
      return seen;
    },
    /** What `/models` answers. */
    lists(value: unknown): void {
      list = value;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export type StrictModel = Awaited<ReturnType<typeof openStrictModel>>;

const refusal = (message: string, more: object = {}) => [400, { error: { message, ...more } }] as const;

/** Demands of servers in the wild, each in the words of one that has it. */
export const DEMANDS = {
  noTools: (body) => (body.tools ? refusal("registry.ollama.ai/library/gemma3:latest does not support tools") : null),
  noStreamOptions: (body) =>
    body.stream_options === undefined
      ? null
      : [
          422,
          {
            detail: [
              {
                type: "extra_forbidden",
                loc: ["body", "stream_options"],
                msg: "Extra inputs are not permitted",
                input: body,
              },
            ],
          },
        ],
  plainTemperature: (body) =>
    body.temperature === undefined || body.temperature === 1
      ? null
      : refusal(
          "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
          {
            type: "invalid_request_error",
            param: "temperature",
            code: "unsupported_value",
          },
        ),
  completionTokens: (body) =>
    body.max_tokens === undefined
      ? null
      : refusal(
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          {
            type: "invalid_request_error",
            param: "max_tokens",
          },
        ),
  textContent: (body) =>
    body.messages.some(({ content }: Seen) => typeof content !== "string")
      ? [
          422,
          "Failed to deserialize the JSON body into the target type: messages[0].content: invalid type: sequence, expected a string at line 1 column 42",
        ]
      : null,
  oneSystem: (body) =>
    body.messages.some(({ role }: Seen, n: number) => role === "system" && n > 0)
      ? refusal("System message must be at the beginning.")
      : null,
  noSystem: (body) =>
    body.messages.some(({ role }: Seen) => role === "system")
      ? [500, { error: { message: "System role not supported" } }]
      : null,
  alternating: (body) => {
    const turns = body.messages.filter(
      ({ role, tool_calls }: Seen) => role !== "system" && role !== "tool" && !tool_calls,
    );
    return turns.every(({ role }: Seen, n: number) => role === (n % 2 === 0 ? "user" : "assistant"))
      ? null
      : [
          500,
          {
            error: {
              code: 500,
              message: "Conversation roles must alternate user/assistant/user/assistant/...",
              type: "server_error",
            },
          },
        ];
  },
  shortIds: (body) => {
    const ids = body.messages.flatMap(({ tool_calls = [], tool_call_id }: Seen) => [
      ...tool_calls.map(({ id }: Seen) => id),
      ...(tool_call_id === undefined ? [] : [tool_call_id]),
    ]);
    const wrong = ids.find((id: string) => !/^[a-zA-Z0-9]{9}$/u.test(id));
    return wrong === undefined
      ? null
      : refusal(`Tool call id was ${wrong} but must be a-z, A-Z, 0-9, with a length of 9.`);
  },
  noNames: (body) =>
    body.messages.some(({ name }: Seen) => name !== undefined)
      ? [
          422,
          {
            detail: [
              {
                type: "extra_forbidden",
                loc: ["body", "messages", 0, "user", "name"],
                msg: "Extra inputs are not permitted",
              },
            ],
          },
        ]
      : null,
  noEmpty: (body) =>
    body.messages.some(({ content, tool_calls }: Seen) => content === "" && !tool_calls)
      ? refusal("messages.1: all messages must have non-empty content")
      : null,
  noUser: (body) => (body.user === undefined ? null : refusal("Unrecognized request argument supplied: user")),
  noStop: (body) => (body.stop === undefined ? null : refusal("Argument not supported on this model: stop")),
  noSeed: (body) => (body.seed === undefined ? null : refusal("'seed' : property 'seed' is unsupported")),
  noPenalty: (body) =>
    body.presence_penalty === undefined ? null : refusal("Model grok-4 does not support parameter presencePenalty."),
  noSchema: (body) =>
    body.response_format?.type === "json_schema" ? refusal("This response_format type is unavailable now") : null,
  noFormat: (body) =>
    body.response_format === undefined ? null : refusal("Unrecognized request argument supplied: response_format"),
  wordOfJson: (body) =>
    body.response_format?.type !== "json_object" || /json/iu.test(JSON.stringify(body.messages))
      ? null
      : refusal(
          "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
          {
            param: "messages",
          },
        ),
  noStream: (body) =>
    body.stream === true
      ? refusal("Unsupported value: 'stream' does not support true with this model.", { param: "stream" })
      : null,
  smallContext: (body) => {
    const size = Math.ceil(JSON.stringify(body.messages).length / 4);
    return size <= 400
      ? null
      : refusal("the request exceeds the available context size, try increasing it", {
          type: "exceed_context_size_error",
          n_prompt_tokens: size,
          n_ctx: 400,
        });
  },
} satisfies Readonly<Record<string, Demand>>;
