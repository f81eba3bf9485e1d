export type Token = { readonly kind: TokenKind | null; readonly text: string };
type TokenKind = "keyword" | "comment" | "string" | "number" | "function";

type Grammar = {
  readonly comment?: string;
  readonly string?: string;
  readonly words: string;
  readonly ignoreCase?: boolean;
};

const slash = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
const hash = String.raw`#[^\n]*`;
const quotes = String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`;
const ticks = `${quotes}|\`(?:\\\\.|[^\`\\\\])*\``;
const triple = String.raw`"""[\s\S]*?"""|'''[\s\S]*?'''|${quotes}`;

const script: Grammar = {
  comment: slash,
  string: ticks,
  words:
    "abstract any as async await boolean break case catch class const continue debugger declare default delete do else enum export extends false finally for from function get if implements import in instanceof interface keyof let namespace new null number of private protected public readonly return satisfies set static string super switch this throw true try type typeof undefined unknown var void while yield",
};
const python: Grammar = {
  comment: hash,
  string: triple,
  words:
    "False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try while with yield",
};
const shell: Grammar = {
  comment: String.raw`(?<=^|\s)#[^\n]*`,
  string: quotes,
  words:
    "case cd do done echo elif else esac exit export fi for function if in local return set source sudo then until while",
};
const sql: Grammar = {
  comment: String.raw`--[^\n]*|\/\*[\s\S]*?\*\/`,
  string: "'(?:''|[^'])*'",
  ignoreCase: true,
  words:
    "add all alter analyze and as asc begin between by case cast commit concurrently constraint create cross database default delete desc distinct drop else end exists explain false foreign from full grant group having if in index inner insert intersect into is join key lateral left like limit not null offset on or order outer over partition primary references returning right rollback row select set table then true union unique update using values view when where with",
};
const curly: Grammar = {
  comment: slash,
  string: ticks,
  words:
    "abstract as async auto await base bool boolean break byte case catch chan char class const constexpr continue crate default defer delegate delete do double dyn else enum explicit export extends extern false final finally float fn for foreach friend func fun go goto if impl implements import in inline int interface internal is let lock long loop map match mod move mut namespace native new nil null object operator out override package private protected pub public range readonly ref return sealed select self short signed sizeof static string struct super switch synchronized template this throw throws trait true try type typedef typename union unsafe unsigned use using val var virtual void volatile when where while",
};
const data: Grammar = { comment: hash, string: quotes, words: "true false null yes no on off" };
const markup: Grammar = { comment: "<!--[\\s\\S]*?-->", string: quotes, words: "" };
const css: Grammar = {
  comment: String.raw`\/\*[\s\S]*?\*\/`,
  string: quotes,
  words: "important media supports container layer import keyframes from to",
};

const grammars: ReadonlyMap<string, Grammar> = new Map(
  Object.entries<Grammar>({
    js: script,
    jsx: script,
    ts: script,
    tsx: script,
    javascript: script,
    typescript: script,
    mjs: script,
    py: python,
    python,
    rb: { ...python, words: `${python.words} begin do end module nil require then unless` },
    ruby: python,
    sh: shell,
    bash: shell,
    zsh: shell,
    shell,
    console: shell,
    dockerfile: shell,
    sql,
    postgresql: sql,
    mysql: sql,
    c: curly,
    cpp: curly,
    "c++": curly,
    cs: curly,
    csharp: curly,
    java: curly,
    kotlin: curly,
    go: curly,
    rust: curly,
    rs: curly,
    swift: curly,
    php: curly,
    scala: curly,
    dart: curly,
    json: { string: quotes, words: "true false null" },
    jsonc: script,
    yaml: data,
    yml: data,
    toml: data,
    ini: data,
    html: markup,
    xml: markup,
    svg: markup,
    css,
    scss: css,
  }),
);

const patterns = new Map<Grammar, RegExp>();

function patternOf(grammar: Grammar): RegExp {
  const known = patterns.get(grammar);
  if (known) return known;
  const groups = [
    `(?<comment>${grammar.comment ?? "(?!)"})`,
    `(?<string>${grammar.string ?? "(?!)"})`,
    String.raw`(?<number>(?<![\w.$])(?:0[xob][\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)\b)`,
    String.raw`(?<word>[\p{L}_$][\p{L}\p{N}_$]*)(?=(?<call>\()?)`,
  ];
  const pattern = new RegExp(groups.join("|"), "giu");
  patterns.set(grammar, pattern);
  return pattern;
}

const wordSets = new Map<Grammar, ReadonlySet<string>>();

/** Code as coloured pieces that join to the same text; a language that is not known stays in one piece. */
export function highlight(code: string, language: string): readonly Token[] {
  const grammar = grammars.get(language.toLowerCase());
  // Past this size colours cost more than they give.
  if (!grammar || code.length > 50_000) return [{ kind: null, text: code }];
  const words = wordSets.get(grammar) ?? new Set(grammar.words.split(" "));
  wordSets.set(grammar, words);
  const tokens: Token[] = [];
  let end = 0;
  for (const match of code.matchAll(patternOf(grammar))) {
    const kind = kindOf(match.groups ?? {}, words, grammar.ignoreCase === true);
    if (kind === null) continue;
    if (match.index > end) tokens.push({ kind: null, text: code.slice(end, match.index) });
    tokens.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < code.length) tokens.push({ kind: null, text: code.slice(end) });
  return tokens;
}

function kindOf(
  groups: Record<string, string | undefined>,
  words: ReadonlySet<string>,
  ignoreCase: boolean,
): TokenKind | null {
  if (groups.comment !== undefined) return "comment";
  if (groups.string !== undefined) return "string";
  if (groups.number !== undefined) return "number";
  const word = groups.word ?? "";
  if (words.has(ignoreCase ? word.toLowerCase() : word)) return "keyword";
  return groups.call !== undefined ? "function" : null;
}
