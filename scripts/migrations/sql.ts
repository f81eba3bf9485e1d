/**
 * A statement in one spelling: words in capitals, quoted names in small letters within quotes, texts empty, no
 * comments.
 */
export type Statement = string;

const TOKEN =
  /--[^\n]*|\/\*|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\d[\d.]*|\s+|[\s\S]/giuy;
const ESCAPED = /'(?:[^'\\]|\\[\s\S]|'')*'/uy;

/**
 * The statements of a script. What a DO block holds counts as statements too, as does what it would run from a text.
 */
export function statementsOf(script: string): Statement[] {
  const statements: string[] = [];
  let words: string[] = [];
  let bodies: string[] = [];
  const end = () => {
    if (words.length > 0) statements.push(words.join(" "));
    if (words[0] === "DO") for (const body of bodies) statements.push(...statementsOf(unquoted(body)));
    words = [];
    bodies = [];
  };
  for (let at = 0; at < script.length; ) {
    const token = tokenAt(script, at);
    at += token.length;
    if (token === ";") end();
    else if (token.startsWith("'") || /^\$\w*\$/u.test(token)) {
      bodies.push(token);
      words.push("''");
    } else if (token.startsWith('"')) words.push(`"${token.slice(1, -1).toLowerCase()}"`);
    else if (!/^(?:\s|--|\/\*)/u.test(token)) words.push(token.toUpperCase());
  }
  end();
  return statements;
}

/** The comments of a script that are lines of their own, without their signs. */
export const commentLines = (script: string): string[] =>
  [...script.matchAll(/^--\s*(.*?)\s*$/gmu)].map(([, text = ""]) => text);

function tokenAt(script: string, at: number): string {
  const isEscaped = script[at] === "'" && /(?:^|[^\p{L}\p{N}_])e$/iu.test(script.slice(Math.max(0, at - 2), at));
  if (isEscaped) {
    ESCAPED.lastIndex = at;
    return ESCAPED.exec(script)?.[0] ?? "'";
  }
  TOKEN.lastIndex = at;
  const token = TOKEN.exec(script)?.[0] ?? " ";
  return token === "/*" ? script.slice(at, endOfComment(script, at)) : token;
}

/** Comments within comments are part of them. */
function endOfComment(script: string, at: number): number {
  let depth = 0;
  for (const match of script.slice(at).matchAll(/\/\*|\*\//gu)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return at + match.index + 2;
  }
  return script.length;
}

/** What a body in dollars, or a text, holds; its own texts count as statements, since EXECUTE runs them. */
const unquoted = (body: string): string =>
  body
    .replace(/^\$\w*\$|\$\w*\$$/gu, "")
    .replace(/^'|'$/gu, "")
    .replaceAll("'", ";");
