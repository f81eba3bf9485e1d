/** An element or a text of what Markdown became, as far as it is read here. */
export type Hast = {
  readonly type: string;
  readonly tagName?: string;
  readonly value?: string;
  readonly properties?: Record<string, unknown>;
  readonly children?: readonly Hast[];
};

/** The words in an element. */
export const plain = (node: Hast): string => node.value ?? (node.children ?? []).map(plain).join("");

/** The elements of a name, in their order; none inside another. */
export function find(node: Hast | undefined, tag: string): Hast[] {
  if (!node) return [];
  return node.tagName === tag ? [node] : (node.children ?? []).flatMap((child) => find(child, tag));
}
