import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../testing/api.ts";
import { linesOf, type Said, titleOf } from "../testing/lines.ts";

// Whatever is done to the lines of a session, in whatever order: nothing is lost, every message can be shown, and all
// dialects show the same line. RUNS=100 tries as many sessions; a run of all tests tries a few.

const RUNS = Number(process.env.RUNS ?? 3);
const SEED = Number(process.env.SEED ?? 20261127);

let api: Api;
let lines: ReturnType<typeof linesOf>;
let answers = 0;
beforeAll(async () => {
  api = await openApi();
  lines = linesOf(api);
  api.model.onMessage(/slow/, { content: "word ".repeat(400) }, { chunkSize: 5, latency: 20 });
  api.model.onMessage(/./, (request) => ({ content: titleOf(request) ?? `A${++answers}` }));
});
afterAll(() => api.close());

/** A question with its answer. */
type Turn = { readonly question: string; readonly said: readonly Said[] };
/** A line as it should be; the greater `shownAt`, the later it was shown. */
type Line = { turns: readonly Turn[]; shownAt: number };
type Model = { readonly id: string; readonly lines: Line[]; active: Line; clock: number };

type Act = { readonly kind: "send" | "edit" | "again" | "show" | "stop"; readonly at: number; readonly pick: number };
const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom("send", "edit", "again", "show", "stop"),
  at: fc.nat(99),
  pick: fc.nat(99),
});

test("any sequence of sending, editing, answering again, showing and stopping leaves a valid tree", async () => {
  const property = fc.asyncProperty(fc.array(act, { minLength: 8, maxLength: 16 }), tried);
  await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
}, 600_000);

async function tried(acts: readonly Act[]): Promise<void> {
  const first: Line = { turns: [], shownAt: 0 };
  const model: Model = { id: await lines.make(), lines: [first], active: first, clock: 0 };
  for (const [n, one] of acts.entries()) {
    await done(model, one, `Q${n}`);
    await compare(model);
  }
  await everythingIsThere(model);
}

async function done(model: Model, { kind, at, pick }: Act, text: string): Promise<void> {
  const { turns } = model.active;
  const n = at % Math.max(1, turns.length);
  const old = turns[n];
  if (kind === "show") return show(model, n, pick);
  if (kind === "send" || !old) return asked(model, null, text, false);
  // A turn that is stopped is one at the end, or one in the place of another.
  if (kind === "stop") return asked(model, pick % 2 === 0 ? null : n, `slow ${text}`, true);
  return asked(model, n, kind === "edit" ? text : `${old.question} again`, false);
}

/** Asks at the end of the line, or in the place of its turn of a number. */
async function asked(model: Model, place: number | null, question: string, isStopped: boolean): Promise<void> {
  const { turns } = model.active;
  const replaced = place === null ? undefined : turns[place]?.said[0]?.id;
  const body = { index_ids: [], prompt: question, ...(replaced ? { instead_of_id: replaced } : {}) };
  const path = `/api/v1/chat/${model.id}`;
  if (isStopped) {
    const response = await api.send("POST", `${path}/messages/stream`, { body });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let told = ""; !told.includes("text_delta"); ) told += (await reader?.read())?.value ?? "text_delta";
    await api.call("POST", `${path}/stop`);
    while ((await reader?.read())?.done === false);
  } else expect((await api.call("POST", `${path}/messages/stream`, { body })).status).toBe(200);

  const before = replaced ? turns.slice(0, place ?? 0) : turns;
  const kept = before.flatMap(({ said }) => said);
  const line = await lines.line(model.id);
  expect(line.slice(0, kept.length)).toEqual(kept);
  const said = line.slice(kept.length);
  expect([said[0]?.text, said.length]).toEqual([question, 2]);
  const next = [...before, { question, said }];
  if (!replaced) model.active.turns = next;
  else {
    model.active = { turns: next, shownAt: ++model.clock };
    model.lines.push(model.active);
  }
}

/** The turns that go on where one of a number of the active line does, in the order in which they were made. */
function alternatives({ lines: all, active }: Model, n: number): Turn[] {
  const before = active.turns.slice(0, n);
  const beside = all.filter(({ turns }) => before.every((turn, k) => turn === turns[k]));
  return [...new Set(beside.flatMap(({ turns }) => turns[n] ?? []))];
}

async function show(model: Model, n: number, pick: number): Promise<void> {
  const beside = alternatives(model, n);
  const chosen = beside[pick % Math.max(1, beside.length)];
  if (!chosen || chosen === model.active.turns[n]) return;
  const position = model.active.turns.slice(0, n).flatMap(({ said }) => said).length;
  expect((await lines.showNumber(model.id, position, beside.indexOf(chosen) + 1)).status).toBe(200);
  const through = model.lines.filter(({ turns }) => turns[n] === chosen);
  model.active = through.reduce((a, b) => (b.shownAt > a.shownAt ? b : a));
  model.active.shownAt = ++model.clock;
}

/** All dialects show the line that should be shown, with the forks that it should have. */
async function compare(model: Model): Promise<void> {
  const said = model.active.turns.flatMap((turn) => turn.said);
  expect(await lines.line(model.id)).toEqual(said);
  const { body } = await api.call("GET", `/api/sessions/${model.id}/history`);
  const entries = body.entries.map(({ id, content }: { id: string; content: { text: string }[] }) => ({
    id,
    text: content[0]?.text,
  }));
  expect(entries).toEqual(said);
  const { forks } = await lines.branches(model.id);
  const expected = model.active.turns.flatMap((turn, n) => {
    const beside = alternatives(model, n);
    return beside.length < 2 ? [] : [[turn.said[0]?.id, beside.indexOf(turn) + 1, beside.length]];
  });
  expect(forks.map(({ message_id, shown, count }) => [message_id, shown, count])).toEqual(expected);
  for (const { alternatives: told, position } of forks) {
    const turn = model.active.turns.findIndex(({ said: [first] }) => first === said[position]);
    expect(told.map(({ message_id }) => message_id)).toEqual(alternatives(model, turn).map((one) => one.said[0]?.id));
  }
}

/** Every message that was ever stored is on a line that can be shown, and positions have no gaps. */
async function everythingIsThere(model: Model): Promise<void> {
  const { pool } = api.server.parley.ports.database;
  const seen = new Set<string>();
  const open = [(await lines.branches(model.id)).active_branch_id];
  const known = new Set(open);
  for (const branch of open) {
    await lines.show(model.id, branch);
    for (const { id } of await lines.line(model.id)) seen.add(id);
    const { forks } = await lines.branches(model.id);
    for (const { branch_id } of forks.flatMap((fork) => fork.alternatives)) {
      if (!known.has(branch_id)) open.push(branch_id);
      known.add(branch_id);
    }
  }
  const stored = await pool.query<{ id: string }>(`select id from "Message" where "sessionId" = $1`, [model.id]);
  expect([...seen].toSorted()).toEqual(stored.rows.map(({ id }) => id).toSorted());
  const gaps = await pool.query(
    `select b.id from "Branch" b where b."sessionId" = $1 and b."nextPosition" - b."forkPosition" - 1 <> (
       select count(*) from "Message" m where m."branchId" = b.id
         and m.position between b."forkPosition" + 1 and b."nextPosition" - 1)`,
    [model.id],
  );
  expect(gaps.rows).toEqual([]);
}
