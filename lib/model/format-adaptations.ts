import { type Adaptation, found, pattern, UNSUPPORTED, withoutKeys } from "./adaptation.ts";
import type { ChatBody, WireMessage } from "./chat-request.ts";
import { isObject } from "./shapes.ts";

const FORMAT = /response_?format|(?<![a-z])(?:json|structured)[_ ](?:mode|object|output)/iu;
const SCHEMA =
  /response_?format(?=.{0,40}json_?schema)|json_?schema|structured outputs?|response_?format\W{0,3}types?\b/iu;

/** A schema that is at fault is its caller's to mend. */
const isRefused = (words: string): boolean =>
  (UNSUPPORTED.test(words) || /unavailable|must be|should be|expected|one of/iu.test(words)) &&
  !/invalid schema|schema (?:is|was) (?:not valid|invalid)|in context=/iu.test(words);

const typeOf = ({ response_format: format }: ChatBody): unknown => (isObject(format) ? format.type : undefined);

/** What a format asks for, in words: for servers that cannot hold a model to it. */
function wordsOf({ response_format: format }: ChatBody): string {
  const schema = isObject(format) && isObject(format.json_schema) ? format.json_schema.schema : undefined;
  const only = "Answer with one JSON object and nothing else.";
  return schema === undefined ? only : `${only} It fits this JSON Schema: ${JSON.stringify(schema)}`;
}

/** The same body with words at the end of its first system message; as it is where they stand there. */
function told(body: ChatBody, words: string): ChatBody {
  const [first, ...rest] = body.messages;
  if (first?.role !== "system" || typeof first.content !== "string") {
    const message: WireMessage = { role: "system", content: words };
    return { ...body, messages: [message, ...body.messages] };
  }
  if (first.content.includes(words)) return body;
  return { ...body, messages: [{ ...first, content: `${first.content}\n\n${words}` }, ...rest] };
}

/** Formats of answers that servers refuse. */
export const FORMATS: readonly Adaptation[] = [
  {
    name: "a schema for JSON",
    at: pattern(/response_?format.{0,40}must be .{0,3}json_schema.{0,8}or .{0,3}text/isu),
    change: (body) =>
      typeOf(body) === "json_object"
        ? {
            ...body,
            response_format: { type: "json_schema", json_schema: { name: "response", schema: { type: "object" } } },
          }
        : body,
    told: "takes JSON only with a schema, and got one for any object",
    servers: "LM Studio",
  },
  {
    name: "the word JSON",
    at: pattern(/must contain the word .{0,3}json/iu),
    change: (body) => (typeOf(body) === "json_object" ? told(body, wordsOf(body)) : body),
    told: "wants to be asked for JSON in words too, and was",
    servers: "OpenAI, Azure, DeepSeek, Groq",
  },
  {
    name: "JSON without a schema",
    at: (words) => (isRefused(words) ? found(words, SCHEMA) : -1),
    change: (body) =>
      typeOf(body) === "json_schema"
        ? told({ ...body, response_format: { type: "json_object" } }, wordsOf(body))
        : body,
    told: "does not hold an answer to a schema, and was told of it in words",
    servers: "DeepSeek, Moonshot, and models of Groq and OpenAI that are older",
  },
  {
    name: "without response_format",
    at: (words) => (isRefused(words) ? found(words, FORMAT) : -1),
    change: (body) => ("response_format" in body ? withoutKeys(told(body, wordsOf(body)), ["response_format"]) : body),
    told: "takes no format of an answer, and was asked for it in words",
    servers: "some models of Groq and Perplexity, small gateways",
  },
];
