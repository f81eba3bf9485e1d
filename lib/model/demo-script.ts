import type { ModelRequest, ReadyMessage } from "../domain/model.ts";

export type DemoAnswer = {
  readonly reasoning: string | null;
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly input: Readonly<Record<string, unknown>> }[];
};

type Result = Extract<ReadyMessage, { role: "tool" }>;

const say = (text: string): DemoAnswer => ({ reasoning: null, text, calls: [] });

const HOW_TO_CONNECT =
  "I am the **demo model** that comes with Parley: I answer from a script and cost nothing. " +
  "Set `OPENAI_API_KEY`, or `OPENAI_BASE_URL` and `OPENAI_MODEL` for any server that speaks its protocol, and start Parley again to talk to a real one.";

/** What the demo model says to a conversation: the same for the same conversation. */
export function demoAnswer(request: ModelRequest): DemoAnswer {
  const question = lastQuestion(request.messages);
  if (request.purpose === "title") return say(titleOf(question));
  if (request.purpose === "summary") return say(summaryOf(request.messages));
  if (request.settings.responseFormat && request.settings.responseFormat.type !== "text") {
    const format = request.settings.responseFormat;
    return say(JSON.stringify(format.type === "json_schema" ? sample(format.schema) : { demo: true, question }));
  }
  return continued(request.messages) ?? answerTo(request, question);
}

const CONTINUE = /^Your last message broke off\. Continue/u;

function lastQuestion(messages: readonly ReadyMessage[]): string {
  const questions = userTexts(messages).filter((text) => !CONTINUE.test(text));
  return questions.at(-1) ?? "";
}

const userTexts = (messages: readonly ReadyMessage[]): string[] =>
  messages.flatMap((message) =>
    message.role === "user"
      ? [
          message.parts
            .map((part) => (part.type === "text" ? part.text : ""))
            .join(" ")
            .trim(),
        ]
      : [],
  );

/** The rest of an answer that broke off, when the conversation asks for it. */
function continued(messages: readonly ReadyMessage[]): DemoAnswer | null {
  const last = messages.at(-1);
  const cut = messages.at(-2);
  if (last?.role !== "user" || cut?.role !== "assistant" || !CONTINUE.test(userTexts([last])[0] ?? "")) return null;
  const whole = demoAnswer({ ...CONTINUED_REQUEST, messages: messages.slice(0, -2) }).text;
  return say(whole.startsWith(cut.text) ? whole.slice(cut.text.length) : "");
}

const CONTINUED_REQUEST: Omit<ModelRequest, "messages"> = {
  model: "demo",
  purpose: "turn",
  tools: [],
  toolChoice: "auto",
  settings: {},
  signal: new AbortController().signal,
};

function answerTo(request: ModelRequest, question: string): DemoAnswer {
  const results = resultsOfThisTurn(request.messages);
  if (results.length > 0) return fromResults(results);
  const call = request.toolChoice === "none" ? null : toolFor(request, question);
  if (call) return call;
  return (
    fromConversation(request.messages, question) ??
    fromDocuments(request.messages, question) ??
    lookUp(request, question) ??
    scripted(question)
  );
}

function resultsOfThisTurn(messages: readonly ReadyMessage[]): Result[] {
  const from = messages.findLastIndex((message) => message.role === "user");
  return messages.slice(from + 1).flatMap((message) => (message.role === "tool" ? [message] : []));
}

function fromResults(results: readonly Result[]): DemoAnswer {
  const lines = results.map((result) => {
    const output = result.output;
    if (result.isError) return `\`${result.name}\` failed: ${field(output, "error") ?? "no reason given"}.`;
    if (result.name === "calculator") return `\`${field(output, "expression")}\` is **${field(output, "value")}**.`;
    if (result.name === "current_time") return `It is ${field(output, "time")}.`;
    if (result.name === "retrieve" && Array.isArray(output)) return found(output);
    return `\`${result.name}\` gave \`${JSON.stringify(output)}\`.`;
  });
  return say(`${lines.join("\n\n")}\n\n${HOW_TO_CONNECT}`);
}

/** Looks into the documents of the conversation, where there are some. */
function lookUp({ tools, toolChoice }: ModelRequest, question: string): DemoAnswer | null {
  const mayLook = toolChoice !== "none" && tools.some(({ name }) => name === "retrieve");
  if (!mayLook || question.trim() === "") return null;
  const reasoning = "There are documents in this conversation, so I look what they say.";
  return { reasoning, text: "", calls: [{ name: "retrieve", input: { query: question.slice(0, 2000) } }] };
}

/** What was found in documents: the beginning of the first passage. */
function found(output: readonly unknown[]): string {
  const [first] = output;
  if (first === undefined) return "I found nothing about it in the documents.";
  const metadata = Object(first).metadata;
  const content = field(first, "content") ?? "";
  const quoted = content.slice(0, 500).trim().replaceAll("\n", "\n> ");
  return `**${field(metadata, "file_name")}** says:\n\n> ${quoted}${content.length > 500 ? " …" : ""}`;
}

const field = (output: unknown, name: string): string | null =>
  typeof output === "object" && output !== null && name in output
    ? String(Object.entries(output).find(([key]) => key === name)?.[1])
    : null;

const EXPRESSION = /(?:sqrt|abs|round)?\(?-?\d[\d.,\s()+\-*/×÷−^%]*[+\-*/×÷−^%][\d.,\s()+\-*/×÷−^%]*\d\)?/u;

const SHARE = /(\d[\d,]*(?:\.\d+)?)\s*(?:%|percent|per cent)\s+of\s+(\d[\d,]*(?:\.\d+)?)/iu;

/** The arithmetic that a question asks for. */
function expressionIn(question: string): string | undefined {
  const [, share, whole] = SHARE.exec(question) ?? [];
  const found = share === undefined ? EXPRESSION.exec(question)?.[0].trim() : `${share} / 100 * ${whole}`;
  return found?.replaceAll(",", "");
}

function toolFor({ tools }: ModelRequest, question: string): DemoAnswer | null {
  const has = (name: string) => tools.some((tool) => tool.name === name);
  const expression = expressionIn(question);
  const wantsTime =
    /\b(?:what(?:'s| is)? the time|time is it|current time|what day|which day|today's date|date today|wie spät|uhrzeit)\b/iu.test(
      question,
    );
  const calls = [
    ...(expression !== undefined && has("calculator") ? [{ name: "calculator", input: { expression } }] : []),
    ...(wantsTime && has("current_time") ? [{ name: "current_time", input: zoneIn(question) }] : []),
  ];
  if (calls.length > 0) {
    const plan = [
      ...(expression === undefined
        ? []
        : [`There is arithmetic in the question: ${expression}. A calculator is exact, so I use it.`]),
      ...(wantsTime
        ? ["The question is about the present time, which I cannot know by myself, so I look at the clock."]
        : []),
    ];
    return { reasoning: plan.join(" "), text: "", calls };
  }
  const named = tools.find((tool) => mentions(question, tool.name));
  if (!named) return null;
  const input = sample(named.parameters, question);
  return {
    reasoning: `The question names the tool ${named.name}, so I call it with what the question says.`,
    text: "",
    calls: [{ name: named.name, input: typeof input === "object" && input !== null ? { ...input } : {} }],
  };
}

/** Places that are no city of the IANA database, and where their clocks are. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ["germany", "Europe/Berlin"],
  ["deutschland", "Europe/Berlin"],
  ["england", "Europe/London"],
  ["uk", "Europe/London"],
  ["boston", "America/New_York"],
  ["san francisco", "America/Los_Angeles"],
  ["japan", "Asia/Tokyo"],
  ["india", "Asia/Kolkata"],
]);

/** The time zone that a question names, by itself or by a place. */
function zoneIn(question: string): Readonly<Record<string, unknown>> {
  const named = /\b[A-Z]\w+\/[A-Z]\w+\b/u.exec(question)?.[0];
  if (named !== undefined) return { time_zone: named };
  const words = ` ${question.toLowerCase().replaceAll(/[^\p{Letter}]+/gu, " ")} `;
  const cities = Intl.supportedValuesOf("timeZone").map((zone) => [zone.split("/").at(-1) ?? "", zone] as const);
  const place = [...PLACES, ...cities].find(([name]) => words.includes(` ${name.toLowerCase().replaceAll("_", " ")} `));
  return place ? { time_zone: place[1] } : {};
}

const mentions = (question: string, name: string): boolean => {
  const words = name
    .toLowerCase()
    .split(/[_\W]+/u)
    .filter((word) => word.length > 2 && word !== "get");
  return words.length > 0 && words.every((word) => question.toLowerCase().includes(word));
};

/** A value that fits a JSON schema, with texts taken from the question where they can be. */
function sample(schema: Readonly<Record<string, unknown>>, question = ""): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (schema.type) {
    case "string":
      return (
        question.match(/\b(?:in|for|of|about|named?)\s+(\p{Lu}[\p{L}-]+)/u)?.[1] ?? (question.slice(0, 80) || "demo")
      );
    case "integer":
    case "number":
      return Number(question.match(/\d+/u)?.[0] ?? 1);
    case "boolean":
      return true;
    case "array":
      return [sample(asSchema(schema.items), question)];
    default: {
      const properties = Object.entries(asSchema(schema.properties));
      const required = Array.isArray(schema.required) ? schema.required : properties.map(([key]) => key);
      return Object.fromEntries(
        properties
          .filter(([key]) => required.includes(key))
          .map(([key, value]) => [key, sample(asSchema(value), question)]),
      );
    }
  }
}

const asSchema = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

/** Answers questions about what was said before: a name, a liking, the last question. */
function fromConversation(messages: readonly ReadyMessage[], question: string): DemoAnswer | null {
  const told = userTexts(messages).slice(0, -1);
  if (/\bwhat(?:'s| is) my name\b|\bwho am i\b/iu.test(question)) {
    const name = told
      .map((text) => /\b(?:my name is|i am called|call me)\s+([\p{L}'-]+)/iu.exec(text)?.[1])
      .findLast(Boolean);
    return say(
      name
        ? `Your name is ${name}: you told me earlier in this session.`
        : "You have not told me your name in this session.",
    );
  }
  if (/\bwhat (?:did|have) i (?:just |first )?(?:ask|say|tell|said|asked|told)/iu.test(question)) {
    const earlier = /\bfirst\b/iu.test(question) ? told[0] : told.at(-1);
    return say(
      earlier === undefined ? "This is the first thing you have said in this session." : `You said: “${earlier}”`,
    );
  }
  const subject = /\bwhat(?:'s| is) my ([\p{L} ]{3,40}?)\??$/iu.exec(question)?.[1];
  if (subject === undefined) return null;
  const known = told.findLast((text) => text.toLowerCase().includes(`my ${subject.toLowerCase()} is`));
  return known === undefined ? null : say(`You told me: “${known}”`);
}

/** Answers from reference documents in the system message, with the sentence that shares most words. */
function fromDocuments(messages: readonly ReadyMessage[], question: string): DemoAnswer | null {
  const system = messages.flatMap((message) => (message.role === "system" ? [message.text] : [])).join("\n");
  const at = system.indexOf("Reference documents:");
  if (at < 0) return null;
  const words = new Set(question.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
  const sentences = system
    .slice(at)
    .split(/(?<=[.!?])\s+|\n+/u)
    .slice(1);
  let best = { sentence: "", score: 0, source: "" };
  let source = "";
  for (const line of sentences) {
    // A passage stands behind its number.
    const [, number] = /^--- passage \[(\d+)\]/u.exec(line) ?? [];
    if (number !== undefined) source = ` [${number}]`;
    if (line.startsWith("--- ")) continue;
    const score = (line.toLowerCase().match(/\p{L}{4,}/gu) ?? []).filter((word) => words.has(word)).length;
    if (score > best.score) best = { sentence: line, score, source };
  }
  return best.score === 0 ? null : say(`The documents say: “${best.sentence.trim()}”${best.source}`);
}

function scripted(question: string): DemoAnswer {
  const wanted = Number(/\b(\d{2,5})[ -](?:words?|tokens?|wörter)\b/iu.exec(question)?.[1] ?? Number.NaN);
  if (Number.isFinite(wanted)) return say(longText(Math.min(wanted, 20_000)));
  if (/^\s*(?:hi|hello|hey|good (?:morning|evening)|hallo|guten tag)\b/iu.test(question) && question.length < 40) {
    return say(
      `Hello. ${HOW_TO_CONNECT}\n\nUntil then, ask me to calculate something, ask for the time, or say “write 500 words”.`,
    );
  }
  return {
    reasoning: `The person asks: “${question.slice(0, 120)}”. I have a script and no knowledge, so I show what an answer looks like here and say how to get a real one.`,
    text: [
      HOW_TO_CONNECT,
      `You asked: “${question.slice(0, 200)}”. A real model would answer here, and this is how its answer would look:`,
      "- **Streaming**: words appear as they are made, and stay when you reload.\n- **Tools**: ask “What is 12.5 * 8?” or “What time is it in Berlin?” and open the row above the answer.\n- **Memory**: tell me your name, then ask for it.",
      '```ts\nconst answer = await fetch("/api/v1/chat", { method: "POST" });\n```',
      "| Key | Does |\n|---|---|\n| Enter | sends |\n| Shift+Enter | breaks the line |\n| Esc | stops an answer |",
    ].join("\n\n"),
    calls: [],
  };
}

const SENTENCES = [
  "A conversation is kept as a line of messages, and every message knows its place.",
  "The server writes down what the model says while it says it.",
  "Whoever comes late reads from the beginning and then goes on live.",
  "A reader who leaves changes nothing, because the answer belongs to the session.",
  "If the power fails, the next start finds the last words and continues behind them.",
  "Nothing is said twice, and nothing that was read is taken back.",
];

function longText(words: number): string {
  const parts: string[] = [];
  let count = 0;
  for (let n = 0; count < words; n++) {
    const sentence = `(${n + 1}) ${SENTENCES[n % SENTENCES.length]}`.split(" ").slice(0, words - count);
    count += sentence.length;
    parts.push(sentence.join(" ") + (n % 4 === 3 ? "\n\n" : " "));
  }
  return parts.join("").trimEnd();
}

const STOP_WORDS = new Set(
  "the a an is are was of to in on for and or me my i you it what how please can could would do does".split(" "),
);

function titleOf(question: string): string {
  const words = question
    .split(/\s+/u)
    .map((word) => word.replace(/^["'“(]+|["'”),.;:!?]+$/gu, ""))
    .filter(Boolean);
  const kept = words.filter((word) => !STOP_WORDS.has(word.toLowerCase())).slice(0, 6);
  const title = (kept.length > 0 ? kept : words.slice(0, 6)).join(" ");
  return title.charAt(0).toUpperCase() + title.slice(1);
}

function summaryOf(messages: readonly ReadyMessage[]): string {
  const text = userTexts(messages).at(-1) ?? "";
  const questions = [...text.matchAll(/^user: (.+)$/gmu)].map((match) => match[1] ?? "");
  const first = questions[0] ?? text.slice(0, 80);
  return questions.length > 1
    ? `Began with “${first.slice(0, 80)}” and came to “${(questions.at(-1) ?? "").slice(0, 80)}”.`
    : `About “${first.slice(0, 100)}”.`;
}
