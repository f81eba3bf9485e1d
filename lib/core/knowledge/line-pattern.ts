import { type CharacterTest, isWord, type PatternNode, parsePattern, unfit } from "./parse-pattern.ts";

/** A step of the machine that looks for a pattern. Numbers are places in its program. */
type Step =
  | { readonly type: "character"; readonly test: CharacterTest }
  | { readonly type: "place"; readonly at: Extract<PatternNode, { type: "place" }>["at"] }
  /** Both ways, the first one rather. */
  | { readonly type: "split"; first: number; second: number }
  | { readonly type: "jump"; to: number }
  | { readonly type: "found" };

const MOST_STEPS = 500;
/** So many comparisons are made in one line: some dozen milliseconds. Looked for again behind each match, it may be read often. */
const MOST_IN_LINE = 300_000;

/** Where a pattern stands in a line, in UTF-16 units. */
export type LineMatch = { readonly from: number; readonly to: number };

export type LinePattern = {
  /** Where it stands in a line, in order, nowhere twice and never empty. Throws "bad-request" where that takes too long. */
  readonly matches: (line: string) => LineMatch[];
  /** So many comparisons all lines have cost so far. */
  readonly cost: () => number;
};

/**
 * Makes a regular expression a machine that goes through a line once for each match, whatever the pattern: each character costs
 * at most as many comparisons as the pattern has parts. Of several ways to read it, the one that JavaScript takes is taken.
 *
 * Throws "bad-request" for a pattern that is broken or too large: see `parsePattern`.
 */
export function linePattern(pattern: string): LinePattern {
  const program = compiled(parsePattern(pattern));
  const machine = { program, marks: new Uint32Array(program.length), round: 0, cost: 0, most: 0 };
  const begins = firstCharacters(program);
  return {
    cost: () => machine.cost,
    matches(line) {
      const found: LineMatch[] = [];
      machine.most = machine.cost + MOST_IN_LINE;
      for (let from = 0; from <= line.length; ) {
        const match = firstMatch(machine, begins, line, from);
        if (!match) break;
        if (match.to > match.from) found.push(match);
        from = match.to > match.from ? match.to : match.to + 1;
      }
      return found;
    },
  };
}

function compiled(node: PatternNode): readonly Step[] {
  const program: Step[] = [];
  add(program, node);
  put(program, { type: "found" });
  return program;
}

function put<Kind extends Step>(program: Step[], step: Kind): Kind {
  if (program.length >= MOST_STEPS) throw unfit("The pattern is too large: repeat less, or choose between less");
  program.push(step);
  return step;
}

function add(program: Step[], node: PatternNode): void {
  switch (node.type) {
    case "character":
      put(program, { type: "character", test: node.test });
      return;
    case "place":
      put(program, { type: "place", at: node.at });
      return;
    case "sequence":
      for (const item of node.items) add(program, item);
      return;
    case "choice":
      addChoice(program, node.items);
      return;
    case "repeat":
      addRepeat(program, node);
      return;
    default:
      node satisfies never;
  }
}

function addChoice(program: Step[], items: readonly PatternNode[]): void {
  const ends: { to: number }[] = [];
  for (const [n, item] of items.entries()) {
    if (n === items.length - 1) {
      add(program, item);
      break;
    }
    const split = put(program, { type: "split" as const, first: program.length + 1, second: 0 });
    add(program, item);
    ends.push(put(program, { type: "jump" as const, to: 0 }));
    split.second = program.length;
  }
  for (const end of ends) end.to = program.length;
}

function addRepeat(program: Step[], { item, least, most, isLazy }: Extract<PatternNode, { type: "repeat" }>): void {
  for (let n = 0; n < least; n++) add(program, item);
  const forks: { first: number; second: number }[] = [];
  const fork = () => {
    const split = put(program, { type: "split" as const, first: program.length + 1, second: program.length + 1 });
    forks.push(split);
  };
  if (most === Number.POSITIVE_INFINITY) {
    const begin = program.length;
    fork();
    add(program, item);
    put(program, { type: "jump", to: begin });
  } else {
    for (let n = least; n < most; n++) {
      fork();
      add(program, item);
    }
  }
  for (const split of forks) split[isLazy ? "first" : "second"] = program.length;
}

/** What a match can begin with, as a table of ASCII; null: anything, or nothing at all. */
function firstCharacters(program: readonly Step[]): Uint8Array | null {
  const tests: CharacterTest[] = [];
  const seen = new Set<number>();
  const open = [0];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const step = program[at];
    if (!step || seen.has(at)) continue;
    seen.add(at);
    if (step.type === "found") return null;
    if (step.type === "character") tests.push(step.test);
    else if (step.type === "split") open.push(step.first, step.second);
    else open.push(step.type === "jump" ? step.to : at + 1);
  }
  return Uint8Array.from({ length: 128 }, (_, codePoint) => Number(tests.some((test) => test(codePoint))));
}

type Machine = {
  readonly program: readonly Step[];
  readonly marks: Uint32Array;
  round: number;
  cost: number;
  /** The cost at which it gives up. */
  most: number;
};

/** Where the machine may be after what it has read: places in the program and where each has begun, the best first. */
type Standing = { readonly at: number[]; readonly from: number[] };

function firstMatch(machine: Machine, begins: Uint8Array | null, line: string, start: number): LineMatch | null {
  let now: Standing = { at: [], from: [] };
  let match: LineMatch | null = null;
  machine.round++;
  for (let place = start; place <= line.length; ) {
    if (now.at.length === 0) {
      if (match) return match;
      if (begins) place = skipped(begins, line, place);
      if (place > line.length) return null;
      // What was noted holds for another place.
      machine.round++;
    }
    if (!match) enter(machine, now, 0, place, { line, place });
    const codePoint = line.codePointAt(place);
    const width = codePoint !== undefined && codePoint > 0xffff ? 2 : 1;
    const then: Standing = { at: [], from: [] };
    const behind = { line, place: place + width };
    machine.round++;
    if (machine.cost > machine.most) throw unfit("The pattern takes too long in a line. Make it simpler.");
    for (let n = 0; n < now.at.length; n++) {
      machine.cost++;
      const at = now.at[n] ?? 0;
      const from = now.from[n] ?? 0;
      const step = machine.program[at];
      if (step?.type === "found") {
        match = { from, to: place };
        // What comes behind is worse.
        break;
      }
      if (step?.type === "character" && codePoint !== undefined && step.test(codePoint)) {
        enter(machine, then, at + 1, from, behind);
      }
    }
    now = then;
    place += width;
  }
  return match;
}

function skipped(begins: Uint8Array, line: string, from: number): number {
  let place = from;
  while (place < line.length) {
    const unit = line.charCodeAt(place);
    if (unit >= 128 || begins[unit] === 1) return place;
    place++;
  }
  // No match begins at the end of a line.
  return line.length + 1;
}

type Place = { readonly line: string; readonly place: number };

/** Notes where the machine may be from a place of the program on without reading more. Each is noted once a round. */
function enter(machine: Machine, standing: Standing, at: number, from: number, place: Place): void {
  if (machine.marks[at] === machine.round) return;
  machine.marks[at] = machine.round;
  machine.cost++;
  const step = machine.program[at];
  switch (step?.type) {
    case "jump":
      enter(machine, standing, step.to, from, place);
      return;
    case "split":
      enter(machine, standing, step.first, from, place);
      enter(machine, standing, step.second, from, place);
      return;
    case "place":
      if (isAt(step.at, place)) enter(machine, standing, at + 1, from, place);
      return;
    default:
      standing.at.push(at);
      standing.from.push(from);
  }
}

function isAt(where: Extract<Step, { type: "place" }>["at"], { line, place }: Place): boolean {
  switch (where) {
    case "start":
      return place === 0;
    case "end":
      return place === line.length;
    default: {
      const isEdge = wordBefore(line, place) !== wordBehind(line, place);
      return isEdge === (where === "word-edge");
    }
  }
}

const wordBehind = (line: string, place: number): boolean => {
  const codePoint = line.codePointAt(place);
  return codePoint !== undefined && isWord(codePoint);
};

function wordBefore(line: string, place: number): boolean {
  if (place === 0) return false;
  const unit = line.charCodeAt(place - 1);
  const isHalf = unit >= 0xdc00 && unit <= 0xdfff && place > 1;
  const codePoint = line.codePointAt(isHalf ? place - 2 : place - 1);
  return codePoint !== undefined && isWord(codePoint);
}
