import type { Nodes, Parents, PhrasingContent } from "mdast";

/**
 * Ends an address: spaces, quotes, brackets that addresses do not hold, and the signs that CJK sets without a space.
 */
const PATH = String.raw`[^\s<>"\u00ab\u00bb\u2018-\u201f\u2026\u3000-\u303f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]`;
/** The scripts that follow a Latin name without a space. */
const WITHOUT_SPACES = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}`;
const LABEL = String.raw`(?:(?![${WITHOUT_SPACES}])[\p{L}\p{N}_-])+`;
const ANY_LABEL = String.raw`[\p{L}\p{N}_-]+`;
const NAME = String.raw`(?:(?=[${WITHOUT_SPACES}])${ANY_LABEL}(?:\.${ANY_LABEL})+|${LABEL}(?:\.${LABEL})*)`;

const ADDRESS = new RegExp(
  String.raw`(?<![\p{Script=Latin}\p{N}])(?:(?<url>(?:https?:\/\/|www\.)(?:\[[\da-f:.]{2,45}\]|${NAME})(?::\d{1,5})?(?:[/?#]${PATH}*)?)|(?<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}))`,
  "giu",
);

/** Makes links of the addresses in the words of a tree, in place; those of code and of links stay. */
export function linkAddresses(tree: Nodes): void {
  if (!("children" in tree) || tree.type === "link" || tree.type === "linkReference") return;
  for (const child of tree.children) linkAddresses(child);
  if (!tree.children.some((child) => child.type === "text" && /:\/\/|www\.|@/iu.test(child.value))) return;
  const parent = tree as Parents & { children: PhrasingContent[] }; // what holds text holds words and their like
  parent.children = parent.children.flatMap((child) => (child.type === "text" ? linked(child.value) : [child]));
}

function linked(text: string): PhrasingContent[] {
  const parts: PhrasingContent[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = withoutTail(match[0]);
    const url = match.groups?.mail ? `mailto:${shown}` : /^www/iu.test(shown) ? `http://${shown}` : shown;
    if (match.groups?.mail && /[\d_-]$/u.test(shown)) continue;
    if (match.index > end) parts.push({ type: "text", value: text.slice(end, match.index) });
    parts.push({ type: "link", url, children: [{ type: "text", value: shown }] });
    end = match.index + shown.length;
  }
  if (end < text.length || parts.length === 0) parts.push({ type: "text", value: text.slice(end) });
  return parts;
}

/** An address without the punctuation of its sentence; a bracket that it opened itself is its own. */
function withoutTail(address: string): string {
  let end = address.length;
  let opened = address.split("(").length - address.split(")").length;
  for (; end > 0; end--) {
    const last = address[end - 1] ?? "";
    if (last === ")") {
      // More closed than opened: the last closes what stands before the address.
      if (opened >= 0) break;
      opened++;
    } else if (!/[!'"*,.:;?\]}~_|&]/u.test(last)) break;
  }
  return address.slice(0, end);
}
