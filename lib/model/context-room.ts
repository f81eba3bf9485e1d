/**
 * What a refusal says of room, in tokens; null where it names none. `window`: what the model holds. `used`: what the
 * refused prompt came to. `room`: what a prompt may have where that is not the window, such as a limit of an account.
 */
export type Room = { readonly window: number | null; readonly used: number | null; readonly room: number | null };

type Wording = readonly [servers: string, words: RegExp];

/** A number as servers write it: "4096", "32,768", "128k". */
const NUMBER = String.raw`(?<![\w.,])\d[\d,_]*(?:\.\d+)?\s?k?(?![a-z\d])`;

/** A wording, in which {window}, {used}, {room} and {} stand for numbers. */
const wording = (servers: string, words: string): Wording => {
  const named = words.replaceAll(/\{(\w*)\}/gu, (_, name) => (name === "" ? NUMBER : `(?<${name}>${NUMBER})`));
  return [servers, new RegExp(named, "isu")];
};

// One row for each wording that names numbers, the first that fits. The words are those of the servers' sources,
// documents and reports; a server that words it in its own way is read by `guessed`.
const WORDINGS: readonly Wording[] = [
  wording("llama.cpp, its fields", String.raw`n_ctx["':=\s]+{window}.{0,40}n_prompt_tokens["':=\s]+{used}`),
  wording("llama.cpp", String.raw`\({used} tokens\) exceeds the available context size \({window} tokens`),
  wording(
    "OpenAI, DeepSeek, OpenRouter",
    String.raw`maximum context length is {window} tokens.{0,60}requested.{0,8} {} tokens \({used} (?:in the|of)`,
  ),
  wording(
    "OpenAI, vLLM",
    "maximum context length (?:is|of) {window} tokens.{0,40}(?:resulted in|requested|has|contains)(?: about| at least)? {used}",
  ),
  wording("SGLang", "maximum context length of {window} tokens.{0,40}total of {} tokens: {used}"),
  wording("SGLang", String.raw`input \({used} tokens\) is longer than the model's context length \({window}`),
  wording("vLLM, embeddings", "passed {used} input tokens.{0,80}context length is only {window} tokens"),
  wording("vLLM, older", String.raw`prompt \(length {used}\) is longer than the maximum model length of {window}`),
  wording("vLLM, its limit of an answer", String.raw`max_model_len\W{1,3}(?:max_total_tokens\W{1,3})?{window}`),
  wording("xAI", "maximum prompt length is {window} but the request contains {used}"),
  wording("LM Studio", "first {used} tokens.{0,80}context length of only {window}"),
  wording("Anthropic", "prompt is too long: {used} tokens > {window}"),
  wording("Anthropic, with its answer", String.raw`exceed context limit: {used} \+ {} > {window}`),
  wording("Gemini", String.raw`input token count \({used}\) exceeds the maximum number of tokens allowed \({window}`),
  wording("Gemini, Vertex", "input token count is {used} but model only supports up to {window}"),
  wording("Mistral", "contains {used} tokens.{0,60}model with {window} maximum context"),
  wording("TGI, with its answer", "tokens.{0,30}must be <= {window}.{0,10}Given: {used}"),
  wording("TGI", "must have less than {window} tokens.{0,10}Given: {used}"),
  wording("TabbyAPI, ExLlama", "length {used} is (?:over|greater than) the max_seq_len of {window}"),
  wording("TensorRT-LLM, NIM", String.raw`prompt length \(?{used}\)? exceeds maximum input length \(?{window}`),
  wording("DashScope", String.raw`range of input length should be \[{}, {window}\]`),
  wording("Moonshot", "exceeded model token limit: {window}"),
  wording("OpenAI, Responses", "input tokens exceed the configured limit of {window} tokens.{0,40}resulted in {used}"),
  wording("Cohere", "cannot exceed {window} - received {used}"),
  wording("Cerebras", "current length is {used} while limit is {window}"),
  wording("Cloudflare", String.raw`tokens \({used}\) exceeded this model context window limit \({window}`),
  wording("Copilot", "token count of {used} exceeds the limit of {window}"),
  wording("Fireworks", "too long: {used}, model maximum context length: {window}"),
  wording("Bedrock", "max input tokens: {window}, request input token count: {used}"),
  wording("GitHub Models", "body too large.{0,60}max size: {room} tokens"),
  // The limit of an account is no window: another minute and another account have another one.
  wording("Groq", "tokens per (?:minute|day).{0,20}limit {room}, (?:used {}, )?requested {used}"),
];

/** Said of room, in whatever words. */
const OF_ROOM =
  /context[_ -]?(?:length|size|window|limit)|(?:exceed|larger|longer|more).{0,60}context|maximum (?:context|input|prompt|number of (?:input )?tokens)|max[_ ](?:model|context|input|prompt|seq|sequence|position)[_ ]?(?:len|tokens|length|embeddings)|prompt (?:is )?too (?:long|large|big)|(?:input|prompt|messages?|request|conversation).{0,40}too (?:long|large|many tokens)|too many (?:input |prompt )?tokens|n_ctx|token count.{0,40}exceed|reduce (?:the |your )?(?:length|prompt|input|messages)|truncate to|tokens?\b.{0,40}(?:exceed|over the|limit)|(?:exceed|over|less than|<=|at most|up to|max\w*).{0,40}\d\W{0,3}tokens|token[ _]?limit|range of input length|length of (?:the |all )?(?:messages|input|prompt|conversation)|(?:prompt|input|sequence) length.{0,20}(?:exceed|over|greater)|(?:context|kv[ _-]?cache).{0,15}(?:full|exhausted)|超长|超(?:过|出).{0,20}(?:长度|上下文|限制)|(?:长度|上下文).{0,20}超/isu;

/** Said of something else that has a length, or of the answer alone. */
const OF_ELSE =
  /(?:string|array|text|name|title|url) too (?:long|short|large)|\.id\b|tool_call_id|\bimages?\b|\battachments?\b|\bfiles?\b|(?:at most|up to|maximum of|limit of) (?:\d[\d,]* )?(?:completion|output|max_tokens)|(?:tokens|requests|TPM|RPM|TPD|RPD|quota)\W{0,3}(?:per|a|in a) ?(?:minute|day|hour|second|month)|\b(?:TPM|TPD|RPM)\b|rate.?limit|\bquota\b/iu;

/** No model holds less, and no number that is less means a window. */
const LEAST_WINDOW = 256;

/** The room that a refusal is about; null where it is not about room. */
export function roomIn(words: string): Room | null {
  for (const [, pattern] of WORDINGS) {
    const found = pattern.exec(words)?.groups;
    if (found) return checked(numberOf(found.window), numberOf(found.used), numberOf(found.room));
  }
  return OF_ROOM.test(words) && !OF_ELSE.test(words) ? guessed(words) : null;
}

const UNNAMED: Room = { window: null, used: null, room: null };

/** Numbers that cannot be what they seem count as not named. */
function checked(window: number | null, used: number | null, room: number | null): Room {
  const limit = window ?? room;
  if (limit === null || limit < LEAST_WINDOW) return UNNAMED;
  const isUsed = used !== null && used > limit / 2 && used < limit * 100;
  return { window, used: isUsed ? used : null, room };
}

const over = (between: string) => new RegExp(`(${NUMBER})[^\\d+]{0,40}(?:${between})[^\\d]{0,60}(${NUMBER})`, "iu");
/** "5000 exceeds 4096", "5000 > 4096", "limit 4096 < 5000": the lesser is the limit. */
const COMPARED = over("exceed\\w*|>|<|(?:greater|longer|larger|more|less|smaller) than|above|over|vs");
/** "3000 + 2000 exceeds 4096" */
const SUMMED = new RegExp(
  `(${NUMBER})\\D{0,20}\\+\\D{0,30}${NUMBER}\\D{0,40}(?:exceed|>|over|<)\\D{0,30}(${NUMBER})`,
  "iu",
);
const NUMBERS = new RegExp(NUMBER, "giu");
const LIMITS: readonly RegExp[] = [
  new RegExp(
    `(?:maximum|max(?!_(?:completion_|new_|output_)?tokens)|limit|window|up to|at most|allowed|available|supports?|must be|less than|only|<=?|\\[\\d+,)[a-z_ '"\`:=(]{0,60}(${NUMBER})`,
    "giu",
  ),
  new RegExp(
    `(${NUMBER})[\\s-]*(?:tokens?\\s*)?(?:maximum|max(?!_(?:completion_|new_|output_)?tokens)|limit|window|context)`,
    "giu",
  ),
  new RegExp(`(?:exceed\\w*|over|size|length|embeddings|n_ctx)[a-z_ '"\`:=(]{0,60}(${NUMBER})`, "giu"),
];

/** The room in words that are not known: the number beside the words of a limit, and the greatest as what was used. */
function guessed(words: string): Room {
  if (/\bcharacters\b/iu.test(words)) return UNNAMED;
  const summed = SUMMED.exec(words);
  if (summed) return checked(numberOf(summed[2]), numberOf(summed[1]), null);
  const compared = COMPARED.exec(words);
  if (compared) {
    const pair = [numberOf(compared[1]) ?? 0, numberOf(compared[2]) ?? 0];
    return checked(Math.min(...pair), Math.max(...pair), null);
  }
  const all = [...words.matchAll(NUMBERS)].map(([digits]) => numberOf(digits) ?? 0);
  const greatest = Math.max(0, ...all);
  const limits = LIMITS.flatMap((one) => [...words.matchAll(one)].map(([, digits]) => numberOf(digits) ?? 0)).filter(
    (one) => one >= LEAST_WINDOW,
  );
  // What stands beside "limit" may be what was used: then another number is less.
  const window = limits.find((one) => one < greatest) ?? limits[0] ?? null;
  return checked(window, window !== null && greatest > window ? greatest : null, null);
}

function numberOf(digits: string | undefined): number | null {
  if (digits === undefined) return null;
  const plain = Number(digits.replaceAll(/[,_\sk]/giu, ""));
  return plain > 0 ? Math.round(plain * (/k$/iu.test(digits) ? 1000 : 1)) : null;
}
