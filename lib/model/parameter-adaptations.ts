import { type Adaptation, found, OUT_OF_RANGE, UNSUPPORTED, withoutKeys, written } from "./adaptation.ts";

/**
 * A parameter that is left out where it is refused. `place`: where a refusal names it; absent: wherever its name
 * stands.
 */
function parameter(name: string, spoken: string, servers: string, place: RegExp = written(name)): Adaptation {
  return {
    name: `without ${name}`,
    at: (words) =>
      UNSUPPORTED.test(words) && !OUT_OF_RANGE.test(words) && place.test(words) ? found(words, written(name)) : -1,
    change: (body) => withoutKeys(body, [name]),
    told: `does not take ${spoken}, and was asked without`,
    servers,
    // Nobody writes an underline who speaks of something else.
    ...(name.includes("_") ? { isOfTemplate: (words: string) => words.includes(name) } : {}),
  };
}

/**
 * Where a refusal names a parameter whose name is a word of every day: in quotes, as a place, or beside "parameter".
 */
const named = (name: string): RegExp =>
  new RegExp(
    `^(?!.*(?:\\broles?\\b|variant|assistant|access|tier)).*?(?:['"\`]${name}['"\`]|body\\.${name}\\b|(?:parameter|argument|field|propert|keyword|name|input)\\w*\\b[^.]{0,60}[:,[('"\`]\\s?${name}(?![\\w-])|\\b${name}\\W{0,2} (?:parameter|argument|field|property)|(?:^|\\n )${name}(?:: | is\\b))`,
    "isu",
  );

/** A value at the edge of its range, which some servers leave out. */
function edge(name: string, value: number, words: RegExp, servers: string): Adaptation {
  return {
    name: `no ${name} of ${value}`,
    at: (said) => (words.test(said) ? found(said, written(name)) : -1),
    change: (body) => (body[name] === value ? withoutKeys(body, [name]) : body),
    told: `takes no ${name} of ${value}, and was asked without`,
    servers,
  };
}

/** Parameters that servers refuse, or values of them. */
export const PARAMETERS: readonly Adaptation[] = [
  edge("temperature", 0, /strictly positive|(?:greater|more|larger) than 0|> ?0(?:\.0)?\b|\(0(?:\.0)?, /iu, "TGI"),
  edge("top_p", 1, /> ?0(?:\.0)?\b.{0,12}< ?1|\(0(?:\.0)?, 1(?:\.0)?\)|(?:less|smaller) than 1/iu, "TGI"),
  {
    name: "one of temperature and top_p",
    at: (words) =>
      /(?:both|only one|one of)\b/iu.test(words) && /temperature/iu.test(words) && /top_?p/iu.test(words) ? 0 : -1,
    change: (body) => ("temperature" in body ? withoutKeys(body, ["top_p"]) : body),
    told: "takes a temperature or top_p, and was asked without top_p",
    servers: "Anthropic, Bedrock",
  },
  {
    name: "without penalties",
    at: (words) =>
      UNSUPPORTED.test(words) ? found(words, /(?<!frequency[_ ]?|presence[_ ]?)\bpenalt(?:y|ies)\b/iu) : -1,
    change: (body) => withoutKeys(body, ["presence_penalty", "frequency_penalty"]),
    told: "does not take penalties, and was asked without",
    servers: "Gemini",
  },
  parameter("max_completion_tokens", "a limit of tokens", "some models behind Azure"),
  parameter("stream_options", "stream_options (usage is then estimated)", "Mistral, Azure, older vLLM and TGI"),
  parameter("temperature", "a temperature", "OpenAI's reasoning models, Kimi, other than 1"),
  parameter("top_p", "top_p", "OpenAI's reasoning models, Bedrock beside a temperature"),
  parameter("frequency_penalty", "frequency_penalty", "Mistral, xAI's reasoning models"),
  parameter("presence_penalty", "presence_penalty", "Mistral, xAI's reasoning models"),
  parameter("logit_bias", "logit_bias", "Mistral, Groq, Gemini"),
  parameter("seed", "a seed", "Mistral, Gemini"),
  parameter("user", "the name of an end user", "Mistral, Gemini", named("user")),
  parameter("stop", "stop words", "xAI's and OpenAI's reasoning models", named("stop")),
  {
    name: "without tool_choice",
    at: (words) =>
      UNSUPPORTED.test(words) || /must be|should be|force|invalid|only|no endpoints/iu.test(words)
        ? found(words, /tool_?choice/iu)
        : -1,
    change: (body) => withoutKeys(body, ["tool_choice"]),
    told: "does not take tool_choice, and was asked without",
    servers: "DeepSeek's reasoning model, Moonshot, Anthropic while it thinks, OpenRouter",
  },
];
