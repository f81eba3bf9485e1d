import * as messages from "./adapt-messages.ts";
import { type Adaptation, found, ofMessages, pattern, UNSUPPORTED, withoutKeys, written } from "./adaptation.ts";
import { THOUGHT_NAMES } from "./chat-content.ts";
import { KEPT_FIELDS } from "./chat-kept.ts";
import { FORMATS } from "./format-adaptations.ts";
import { refusesImages } from "./image-refusal.ts";
import { PARAMETERS } from "./parameter-adaptations.ts";
import { hasUnknownKeyword, plainSchemas } from "./plain-schemas.ts";

const MISSING = /missing|required|must (?:be|include|have|contain)|need|expected|lacks|without/iu;
const THOUGHTS = new RegExp(`\\b(?:${[...THOUGHT_NAMES, ...KEPT_FIELDS].join("|")})\\b`, "u");
const SIGNATURE = /thought[_ ]?signature/iu;
/** Where servers take the signature of a call. */
const SIGNED = ["extra_content", "provider_specific_fields", "thought_signature", "signature"];
const NO_THOUGHTS = "(not kept)";

/** Names the adaptation of an answer that has no room beside its prompt. */
export const NO_LIMIT = "no limit of tokens";

/** Said of a request that has calls and no tools. */
const NEEDS_TOOLS = /tools=|toolConfig|must define tools|must be defined when using tool/iu;

/** The same, but behind what is said of `tool_choice`, and not of a request that lacks its tools. */
const withoutToolsAt = (...patterns: readonly RegExp[]): Adaptation["at"] => {
  const at = pattern(...patterns);
  return (words) => (NEEDS_TOOLS.test(words) || at(words) < 0 ? -1 : /tool_choice/iu.test(words) ? words.length : 0);
};

const always = (): boolean => true;

/** Names the adaptation of models that cannot see. */
export const NO_IMAGES = "without images";

/** Gemini's word for a call that another model made (Gemini API, "Thought signatures", questions and answers). */
const NO_SIGNATURE = "skip_thought_signature_validator";

// What servers refuse, in the order in which a refusal is looked through: what is plain before what could be meant too.
// The words are those of OpenAI, Azure, Mistral, Gemini, DeepSeek, Moonshot, xAI, Groq, OpenRouter, vLLM, SGLang, TGI,
// llama.cpp, Ollama and LM Studio, by their documents and by reports.
export const ADAPTATIONS: readonly Adaptation[] = [
  {
    name: "signatures",
    at: (words) => (SIGNATURE.test(words) && /missing|required|without|must/iu.test(words) ? 0 : -1),
    change: ofMessages((given) => messages.withSignatures(given, NO_SIGNATURE)),
    told: "wants a signature with each call, and was told that some have none",
    servers: "Gemini 3, for calls that another model made",
  },
  {
    name: "new signatures",
    at: (words) => (SIGNATURE.test(words) && /invalid (?!request|argument)|corrupt|not valid/iu.test(words) ? 0 : -1),
    change: ofMessages((given) => messages.withSignatures(messages.withoutFields(given, SIGNED), NO_SIGNATURE)),
    told: "does not know a signature of an earlier call, and was told that there is none",
    servers: "Gemini 3, after a change of the model",
  },
  {
    name: "with thoughts",
    at: (words) => (/reasoning/u.test(words) && MISSING.test(words) && !UNSUPPORTED.test(words) ? 0 : -1),
    change: ofMessages((given, { thoughtName, thoughts }) => {
      const known = given.map((message, n) => {
        const own = thoughts.get(n);
        return own !== undefined && message.role === "assistant" ? { ...message, [thoughtName]: own } : message;
      });
      return messages.withField(known, thoughtName, NO_THOUGHTS);
    }),
    told: "wants the thoughts of each answer back, and was told where they are not known",
    servers: "DeepSeek, Kimi",
  },
  {
    name: "without thoughts",
    at: (words) => (UNSUPPORTED.test(words) ? found(words, THOUGHTS) : -1),
    change: ofMessages((given) => messages.withoutFields(given, [...THOUGHT_NAMES, ...KEPT_FIELDS])),
    told: "does not take back the thoughts that it gave, and was asked without",
    servers: "Mistral, after a change of the model",
  },
  {
    name: "short call ids",
    at: pattern(
      /(?:call|tool)[\w .[\]'"`-]{0,40}(?:\bids?|_id)\b.{0,200}(?:length|long|alphanumeric|letters|characters|pattern|match|format|a-z)/isu,
      /tool_calls?.{0,30}\bid\b.{0,120}(?:length|long|pattern|a-z)/isu,
    ),
    change: ofMessages(messages.shortCallIds),
    told: "wants short ids of calls, and got such",
    servers: "Mistral, and templates of its models in vLLM and llama.cpp",
    isOfTemplate: always,
  },
  {
    name: NO_LIMIT,
    // A limit that is high by itself is its caller's to mend; one for which a prompt leaves no room is not.
    at: pattern(
      /max_(?:completion_)?tokens.{0,80}(?:too (?:large|big|high)|exceed|greater|>).{0,120}context/isu,
      /max_tokens.{0,20}cannot be greater than max_model_len/isu,
    ),
    change: (body) => withoutKeys(body, ["max_tokens", "max_completion_tokens"]),
    told: "has no room for so long an answer, and was asked without its limit",
    servers: "vLLM, where prompt and `max_tokens` together are more than there is",
  },
  {
    name: "max_completion_tokens",
    at: (words) =>
      UNSUPPORTED.test(words) || /max_completion_tokens/u.test(words) ? found(words, written("max_tokens")) : -1,
    change(body) {
      if (!("max_tokens" in body)) return body;
      const { max_tokens, ...rest } = body;
      return { ...rest, max_completion_tokens: max_tokens, messages: body.messages };
    },
    told: "takes max_completion_tokens in the place of max_tokens",
    servers: "OpenAI's and Azure's reasoning models",
  },
  ...PARAMETERS,
  ...FORMATS,
  {
    name: "no stream",
    at: (words) => (UNSUPPORTED.test(words) ? found(words, /\bstream(?:ing)?\b(?!_)/iu) : -1),
    change(body) {
      if (body.stream !== true) return body;
      const { stream_options: _, ...rest } = body;
      return { ...rest, stream: false, messages: body.messages };
    },
    told: "does not stream, and answers at once",
    servers: "some of OpenAI's and Azure's models",
  },
  {
    name: "calls in words",
    at: pattern(
      /(?:unknown|invalid|unsupported|unexpected) (?:variant|role).{0,10}\btool\b/isu,
      /only user and assistant roles|roles? must be (?:one of:? )?(?:system, ?)?user(?:,| or| and) ?(?:or |and )?assistant/isu,
      /input should be .{0,20}'user',? (?:or|and) 'assistant'.{0,40}role/isu,
    ),
    change: ofMessages(messages.callsInWords),
    told: "knows no results of tools, and was told of them in words",
    servers: "templates of Llama 2 and early Mistral models, servers in Rust of their own making",
    isOfTemplate: always,
  },
  {
    name: "no calls without tools",
    at: pattern(NEEDS_TOOLS),
    // Only where the request has none: with its tools the calls are welcome.
    change: (body, about) => (body.tools === undefined ? ofMessages(messages.callsInWords)(body, about) : body),
    told: "takes calls only beside tools, and was told of them in words where there are none",
    servers: "Anthropic and Bedrock behind gateways, LiteLLM",
  },
  {
    name: "plain schemas",
    at: (words) => (hasUnknownKeyword(words) ? 0 : -1),
    change: plainSchemas,
    told: "does not know all of JSON Schema: parameters of tools were told with less",
    servers: "Gemini, Vertex",
  },
  {
    name: "without tools",
    at: withoutToolsAt(
      /(?:\bnot\b|n't\b|\bno\b|\bnone\b|\bcannot\b|\bunable|\bwithout\b|\black\w*).{0,60}(?:support|enabl|allow|available|permit|accept|recogni|capab|implement|use\b|call\b).{0,80}(?:\btools?\b|\bfunctions?\b)/isu,
      /(?:\btools?\b|function[ _-]?call\w*)[\w '"`-]{0,60}(?:(?:\bnot|n't)\b.{0,30}(?:support|enabl|allow|available|permit|accept|recogni|implement)|\bunsupported|\bunavailable|\bdisabled|\bforbidden|\brequires? )/isu,
      /unsupported.{0,40}\btools?\b|extra.{0,80}\btools\b|\btools\b.{0,80}extra/isu,
      /(?:unknown|unrecogni[sz]ed|unexpected)\b[^.]{0,30}\b(?:parameter|argument|field|name|keyword)s?(?: supplied)?\W{1,4}tools\b(?!\[)/isu,
      /(?:not|n't) (?:have|compatible with)\b.{0,20}\b(?:tools?|function)/isu,
    ),
    change(body, { optionalTools }) {
      const tools = Array.isArray(body.tools) ? body.tools : [];
      // What somebody asked for by name is not left out unasked: then the refusal stands.
      if (!tools.every((tool) => optionalTools.has(tool.function.name))) return body;
      const { tools: given, tool_choice: _, ...rest } = body;
      const words = messages.callsInWords(body.messages);
      return given === undefined && words === body.messages ? body : { ...rest, messages: words };
    },
    told: "takes no tools, and was asked without the built-in ones",
    servers: "Ollama with gemma3, phi, deepseek-r1; vLLM and llama.cpp without their flags; OpenRouter",
    isOfTemplate: (words) => /template|jinja|does not support/iu.test(words),
  },
  {
    name: "no system message",
    at: pattern(
      /(?<!multiple |two |several |than one )system (?:role|message|prompt|instruction)s?.{0,30}(?:not|n't|un)\s?(?:be )?(?:support|allow|enabled|permit|available)/iu,
      /(?:not|n't) support.{0,30}system (?:role|message|prompt)/iu,
      /(?:developer|system) instruction is not enabled/iu,
      /(?:unsupported|unknown|invalid) role.{0,20}system/iu,
      /role.{0,10}system.{0,30}(?:not|n't|un)\s?support/iu,
      /unexpected role.{0,10}system.{0,80}top-level/isu,
      /unknown variant .?system|'system' is not one of|only user and assistant roles/iu,
    ),
    change: ofMessages(messages.noSystemMessage),
    told: "takes no system message, and got it as the user's",
    servers: "templates of Gemma and early Mistral models",
    isOfTemplate: always,
  },
  {
    name: "one system message",
    at: pattern(
      /system.{0,60}\b(?:first|begin\w*|start|only|one|once|multiple|more than|position|order|single|middle|after)\b/isu,
      /\b(?:first|begin\w*|start|only|one(?! of)|multiple|single|more than)\b.{0,60}system/isu,
      /(?:unexpected role.{0,10}|initial.{0,20})system/iu,
    ),
    change: ofMessages(messages.oneSystemMessage),
    told: "takes one system message, at the beginning; later ones stand as notes",
    servers: "templates of Qwen and Mistral models",
    isOfTemplate: always,
  },
  {
    name: "alternating roles",
    at: pattern(
      /alternat/iu,
      /(?:consecutive|successive|adjacent|same|two|multiple|repeated).{0,40}(?:role|user|assistant|messages? in a row)/iu,
      /(?:after|followed|preced).{0,20}role|role.{0,30}(?:after|followed|preced|in a row|twice)/iu,
      /(?:last|final|first) (?:role|message).{0,60}(?:user|assistant|role)/isu,
      /unexpected role.{0,10}(?:user|assistant)|assistant messages? at the end|turn.{0,30}(?:after|followed)/iu,
      /add_generation_prompt|prefill/iu,
      /(?:start|begin|end)s? with (?:a |an |the )?.?user\b/iu,
    ),
    change: ofMessages(messages.alternatingRoles),
    told: "wants user and assistant in turns: neighbours of one role are one message",
    servers: "templates of Gemma, Llama 2 and Mistral models; Perplexity",
    isOfTemplate: always,
  },
  {
    name: NO_IMAGES,
    // A server that takes a text alone takes no images either.
    at: (words) => (refusesImages(words) || /content[^.]{0,40}(?:must|should) be (?:a )?str/iu.test(words) ? 0 : -1),
    change: ofMessages(messages.withoutImages),
    told: "takes no images with this model, and was told in words that they are there",
    servers: "vLLM, llama.cpp, Ollama, LM Studio, OpenRouter, Mistral, DeepSeek and others, for models that cannot see",
    isOfTemplate: (words) => /support|multi-?modal|vision|mmproj|not accept/iu.test(words),
  },
  {
    name: "text content",
    at: pattern(
      /content.{0,120}(?:must be|should be|expect\w*|valid|requires?|only).{0,30}\b(?:str|string|text)\b/isu,
      /expected (?:a )?str(?:ing)?\b(?! that| with)|str type expected|string_type|valid string/iu,
      /missing field .?content|field required.{0,60}\bcontent|content.{0,10}field required|'(?:list|NoneType)' object has no attribute/isu,
      /cannot unmarshal array.{0,120}content|concatenate str|must be str, not list/isu,
      /(?:array|list|sequence|multi.?part|multimodal)[\w ]{0,40}content|content.{0,60}(?:array|list|sequence|parts).{0,40}(?:\bnot\b|n't\b|unsupported)/isu,
    ),
    change: ofMessages(messages.textContent),
    told: "takes text alone as content: parts of text are one",
    servers: "servers in Rust and Go of their own making, early TGI, DeepSeek",
    isOfTemplate: always,
  },
  {
    name: "no empty content",
    at: pattern(
      /(?:non-?empty|not be (?:empty|blank)|empty|blank).{0,60}(?:content|text|message)|content.{0,60}(?:non-?empty|empty|blank)/isu,
      /content.? or .?tool_calls/isu,
    ),
    change: ofMessages(messages.noEmptyContent),
    told: "takes no empty message, and got a mark in its place",
    servers: "Anthropic behind gateways, Bedrock",
    isOfTemplate: always,
  },
  {
    name: "without names",
    at: (words) =>
      UNSUPPORTED.test(words) || /pattern|match/iu.test(words)
        ? found(words, /messages?[\w.[\]'" ]{0,40}\bname\b|property 'name'|\bname\b[\w'" ]{0,40}message/iu)
        : -1,
    change: ofMessages(messages.withoutNames),
    told: "takes no names of speakers, and was asked without",
    servers: "Mistral, Groq, some gateways",
  },
];
