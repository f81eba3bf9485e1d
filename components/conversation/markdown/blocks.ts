import { BEGIN, type Block, readAll, readLine, type State } from "./lines";

/**
 * Blocks and characters of a text, after which the rest is plain: an answer has hundreds, and a page of more would
 * stand.
 */
const MAX_BLOCKS = 2000;
const MAX_CHARACTERS = 500_000;

const isFull = (blocks: number, { from }: State): boolean => blocks >= MAX_BLOCKS || from >= MAX_CHARACTERS;

/** Blocks stand in groups, so that who shows them need not look at each one each time. */
const GROUP = 32;

/**
 * A reader of a text that grows: gives its blocks in groups, in order. Blocks and groups that are finished are the same
 * objects each time, and their lines are not read again; any other text is read from its beginning.
 */
export function blockReader(): (text: string, isOver: boolean) => readonly (readonly Block[])[] {
  let known = "";
  let state = BEGIN;
  let groups: readonly Block[][] = [];
  return (text, isOver) => {
    if (!text.startsWith(known)) {
      state = BEGIN;
      groups = [];
    }
    known = text;
    const isGiven = () => isFull((groups.length - 1) * GROUP + (groups.at(-1)?.length ?? GROUP), state);
    if (text.length > MAX_CHARACTERS && groups.length === 0) return [[{ kind: "plain", text }]];
    for (let end = text.indexOf("\n", state.next); end >= 0 && !isGiven(); end = text.indexOf("\n", state.next)) {
      const step = readLine(text, state, state.next, end, end + 1);
      state = step.state;
      groups = add(groups, step.done);
    }
    if (isGiven()) return add(groups, [{ kind: "plain", text: text.slice(state.from) }]);
    return add(groups, readAll(text, state, isOver));
  };
}

function add(groups: readonly Block[][], blocks: readonly Block[]): readonly Block[][] {
  if (blocks.length === 0) return groups;
  const last = groups.at(-1);
  const all = last && last.length < GROUP ? [...last, ...blocks] : blocks;
  const kept = all === blocks ? groups : groups.slice(0, -1);
  const more = Array.from({ length: Math.ceil(all.length / GROUP) }, (_, n) => all.slice(n * GROUP, (n + 1) * GROUP));
  return [...kept, ...more];
}
