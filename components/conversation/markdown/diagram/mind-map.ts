type Node = { readonly depth: number; readonly opens: string; readonly text: string; readonly closes: string };

/**
 * How a mind map writes the shape of a node, and the shape of a flowchart that stands for it; the longest signs first.
 */
const SHAPES: readonly (readonly [string, string, string, string])[] = [
  ["((", "))", "((", "))"],
  ["{{", "}}", "{{", "}}"],
  ["))", "((", "([", "])"],
  [")", "(", "([", "])"],
  ["[", "]", "[", "]"],
  ["(", ")", "(", ")"],
];

/**
 * A mind map as a flowchart from its root, which the small package can draw; null: it is none, or has no node. Icons
 * and classes are left out.
 */
export function mindMapAsFlowchart(source: string): string | null {
  const [head, ...lines] = source.split("\n").filter((line) => !/^\s*(?:%%.*)?$/u.test(line));
  if (head === undefined || !/^\s*mindmap\s*$/u.test(head)) return null;
  const nodes = lines.flatMap((line) => (/^\s*:::?/u.test(line) ? [] : [nodeIn(line)]));
  if (nodes.length === 0) return null;
  const parents: number[] = [];
  const edges: string[] = [];
  for (const [n, { depth }] of nodes.entries()) {
    // What stands further in on the line above hangs on that; what stands as far in hangs beside it.
    while (parents.length > 0 && (nodes[parents.at(-1) ?? 0]?.depth ?? 0) >= depth) parents.pop();
    const parent = parents.at(-1);
    if (parent !== undefined) edges.push(`n${parent} --- n${n}`);
    parents.push(n);
  }
  const drawn = nodes.map(({ opens, text, closes }, n) => `n${n}${opens}"${escaped(text)}"${closes}`);
  return ["flowchart LR", ...drawn, ...edges].join("\n");
}

function nodeIn(line: string): Node {
  const depth = line.length - line.trimStart().length;
  const whole = line.trim();
  // An id may stand before the shape.
  const id = /^[^\s"()[\]{}]*/u.exec(whole)?.[0] ?? "";
  const shaped = whole.slice(id.length);
  const found = SHAPES.find(
    ([from, to]) => shaped.length > from.length + to.length && shaped.startsWith(from) && shaped.endsWith(to),
  );
  if (!found) return { depth, opens: "(", text: whole, closes: ")" };
  const [from, to, opens, closes] = found;
  const text = shaped.slice(from.length, -to.length).replace(/^"(.*)"$/u, "$1");
  return { depth, opens, text, closes };
}

/** A text that stands between quotation marks and is nothing but text there. */
const escaped = (text: string): string =>
  text.replaceAll("#", "#35;").replaceAll('"', "#quot;").replaceAll("`", "#96;") || " ";
