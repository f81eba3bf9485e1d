import { find, type Hast, plain } from "./hast";

/** Names the checkbox of each item of a task list by the item's words, in place. */
export function nameTasks(node: Hast): void {
  if (node.tagName === "li") nameBox(node);
  for (const child of node.children ?? []) nameTasks(child);
}

function nameBox(item: Hast): void {
  // Lists inside the item have boxes and words of their own.
  const own = (item.children ?? []).filter(({ tagName }) => tagName !== "ul" && tagName !== "ol");
  const [box] = own.flatMap((child) => find(child, "input"));
  if (!box?.properties) return;
  box.properties.ariaLabel = own.map(plain).join("").replace(/\s+/gu, " ").trim() || "Task";
}
