import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { activateBranch, findReplacement, listForks } from "../db/branches.ts";
import { claimRun } from "../db/claims.ts";
import { planFork } from "../db/messages.ts";
import { insertSummary } from "../db/sessions.ts";
import { newId } from "../domain/ids.ts";
import { type Api, openApi } from "../testing/api.ts";
import { linesOf, titleOf } from "../testing/lines.ts";
import { claimOf, newMessage } from "../testing/stored-turns.ts";
import { takeOver } from "./turn/take-over.ts";

let api: Api;
let lines: ReturnType<typeof linesOf>;
beforeAll(async () => {
  api = await openApi();
  lines = linesOf(api);
});
afterAll(() => api.close());

let answers = 0;
beforeEach(() => {
  api.model.reset();
  answers = 0;
  api.model.onMessage(/slow/, { content: "word ".repeat(400) }, { chunkSize: 5, latency: 20 });
  api.model.onMessage(/./, (request) => ({ content: titleOf(request) ?? `A${++answers}` }));
});

const pool = () => api.server.parley.ports.database.pool;
const database = () => api.server.parley.ports.database;
const ownerId = () => api.server.parley.ownerId;
/** A session with a turn for each question. */
async function sessionWith(...questions: string[]): Promise<string> {
  const id = await lines.make();
  for (const question of questions) await lines.send(id, question);
  return id;
}
/** What the model was sent last, as texts. */
const lastPrompt = (): string[] =>
  (api.modelCalls().at(-1)?.body.messages ?? []).map(({ content }: { content: unknown }) =>
    typeof content === "string" ? content : JSON.stringify(content),
  );
const shownAt = async (id: string) =>
  (await lines.branches(id)).forks.map(({ position, shown, count }) => [position, shown, count]);

describe("the alternatives of a turn", () => {
  test("are its edited questions and its other answers, in the order in which they were made", async () => {
    const id = await sessionWith("Q1", "Q2");
    expect(await lines.branches(id)).toEqual({ active_branch_id: expect.any(String), forks: [] });
    await lines.instead(id, "Q2", "Q2");
    await lines.instead(id, "Q2", "Q2 edited");
    expect(await lines.texts(id)).toEqual(["Q1", "A1", "Q2 edited", "A4"]);
    const { active_branch_id, forks } = await lines.branches(id);
    const line = await lines.line(id);
    expect(forks).toMatchObject([
      {
        position: 2,
        message_id: line[2]?.id,
        shown: 3,
        count: 3,
        alternatives: [{ number: 1 }, { number: 2 }, { number: 3, branch_id: active_branch_id }],
      },
    ]);
    await lines.showNumber(id, 2, 1);
    expect(await lines.texts(id)).toEqual(["Q1", "A1", "Q2", "A2"]);
    await lines.showNumber(id, 2, 2);
    expect(await lines.texts(id)).toEqual(["Q1", "A1", "Q2", "A3"]);
    expect(await shownAt(id)).toEqual([[2, 2, 3]]);
  });

  test("are there at every turn, the first one included, and each leads to the line that was shown last", async () => {
    const id = await sessionWith("Q1", "Q2", "Q3");
    await lines.instead(id, "Q3", "Q3b");
    await lines.instead(id, "Q2", "Q2b");
    await lines.instead(id, "Q1", "Q1b");
    await lines.instead(id, "Q1b", "Q1c");
    expect(await shownAt(id)).toEqual([[0, 3, 3]]);
    await lines.showNumber(id, 0, 1);
    expect(await lines.texts(id)).toEqual(["Q1", "A1", "Q2b", "A5"]);
    expect(await shownAt(id)).toEqual([
      [0, 1, 3],
      [2, 2, 2],
    ]);
    await lines.showNumber(id, 2, 1);
    expect(await lines.texts(id)).toEqual(["Q1", "A1", "Q2", "A2", "Q3b", "A4"]);
    await lines.showNumber(id, 4, 1);
    await lines.showNumber(id, 0, 2);
    expect(await lines.texts(id)).toEqual(["Q1b", "A6"]);
    await lines.showNumber(id, 0, 1);
    expect(await lines.texts(id)).toEqual(["Q1", "A1", "Q2", "A2", "Q3", "A3"]);
  });

  test("are told of a window of positions, and only so many of the latest", async () => {
    const id = await sessionWith("Q1", "Q2");
    for (let n = 0; n < 25; n++) await lines.instead(id, "Q2", "Q2");
    await lines.instead(id, "Q1", "Q1b");
    await lines.showNumber(id, 0, 1);
    expect((await lines.branches(id, "?from=1")).forks.map(({ position }) => position)).toEqual([2]);
    expect((await lines.branches(id, "?upto=2")).forks.map(({ position }) => position)).toEqual([0]);
    await lines.showNumber(id, 2, 20);
    const told = (await lines.branches(id)).forks[1];
    expect(told).toMatchObject({ shown: 20, count: 26 });
    expect(told?.alternatives.map(({ number }) => number)).toEqual(Array.from({ length: 17 }, (_, n) => 10 + n));
  });

  test("are at most a hundred positions", async () => {
    const id = await sessionWith("Q1");
    const { active_branch_id: root } = await lines.branches(id);
    await pool().query(`update "Branch" set "nextPosition" = 500 where id = $1`, [root]);
    await pool().query(
      `insert into "Branch" (id, "sessionId", "parentId", "forkPosition", path, "nextPosition")
       select gen_random_uuid(), $1, $2, n, '[]', n + 2 from generate_series(1, 300) n`,
      [id, root],
    );
    const { forks } = await lines.branches(id);
    expect([forks.length, forks[0]?.position, forks.at(-1)?.position]).toEqual([100, 202, 301]);
    expect((await lines.branches(id, "?upto=202")).forks.at(-1)?.position).toBe(201);
  });

  test("come with the turns of a page, beside those that it shows", async () => {
    const id = await sessionWith("Q1", "Q2", "Q3");
    const turns = async (query = "") => (await api.call("GET", `/api/app/sessions/${id}/turns${query}`)).body;
    expect((await turns()).forks).toEqual([]);
    await lines.instead(id, "Q3", "Q3b");
    await lines.instead(id, "Q1", "Q1b");
    await lines.showNumber(id, 0, 1);
    const [first, , , , last] = await lines.line(id);
    const { forks, before } = await turns("?limit=1");
    expect(forks).toMatchObject([{ position: 4, message_id: last?.id, shown: 2, count: 2 }]);
    expect((await turns(`?limit=5&before=${before}`)).forks).toMatchObject([{ position: 0, message_id: first?.id }]);
  });

  test("count a turn that runs, and are not changed meanwhile", async () => {
    const id = await sessionWith("Q1", "Q2");
    const before = await lines.branches(id);
    const old = (await lines.line(id))[2]?.id;
    const turn = lines.send(id, "slow", { instead_of_id: old });
    await expect.poll(async () => (await lines.session(id)).running_run_id).not.toBeNull();
    const { forks } = await lines.branches(id);
    const running = (await lines.session(id)).events.find((event: { content: string }) => event.content === "slow");
    expect(forks).toMatchObject([{ position: 2, shown: 2, count: 2, message_id: running.message_id }]);
    const refused = await lines.show(id, before.active_branch_id);
    expect([refused.status, refused.body.detail]).toEqual([409, "Session already has a running turn"]);
    expect(refused.headers.get("x-should-retry")).toBe("false");
    await api.call("POST", `/api/v1/chat/${id}/stop`);
    await turn;
    expect(await lines.texts(id)).toEqual(["Q1", "A1", "slow", expect.stringContaining("word")]);
    expect((await lines.show(id, before.active_branch_id)).status).toBe(200);
    expect(await lines.texts(id)).toEqual(["Q1", "A1", "Q2", "A2"]);
  });
});

describe("asking in the place of a message", () => {
  test("of a turn that runs is refused as busy, and of a line that is not shown as not there", async () => {
    const id = await sessionWith("Q1", "Q2");
    const [, , old] = await lines.line(id);
    await lines.instead(id, "Q2", "Q2b");
    expect(await lines.send(id, "Q2c", { instead_of_id: old?.id })).toMatchObject({ status: 404 });
    const turn = lines.send(id, "slow");
    await expect.poll(async () => (await lines.session(id)).running_run_id).not.toBeNull();
    const running = (await lines.session(id)).events.find((event: { content: string }) => event.content === "slow");
    expect(await lines.send(id, "Q3", { instead_of_id: running.message_id })).toMatchObject({ status: 409 });
    await api.call("POST", `/api/v1/chat/${id}/stop`);
    await turn;
    expect(await lines.send(id, "Q", { instead_of_id: newId(), parent_id: null })).toMatchObject({ status: 422 });
  });

  test("keeps what came before it and no dialect but Julep shows: a system message", async () => {
    const agent = (await api.call("POST", "/api/agents", { body: { name: "Ada" } })).body.id;
    const id = (await api.call("POST", "/api/sessions", { body: { agent } })).body.id;
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Q1" },
    ];
    await api.call("POST", `/api/sessions/${id}/chat`, { body: { messages } });
    await lines.instead(id, "Q1", "Q1b");
    expect(lastPrompt().slice(-2)).toEqual(["Be brief.", "Q1b"]);
    expect(await shownAt(id)).toEqual([[1, 2, 2]]);
  });

  test("is another request than the same words at the end", async () => {
    const id = await sessionWith("Q1");
    const message_id = newId();
    const old = (await lines.line(id))[0]?.id;
    expect((await lines.send(id, "Q1b", { instead_of_id: old, message_id })).status).toBe(200);
    expect((await lines.send(id, "Q1b", { instead_of_id: old, message_id })).status).toBe(200);
    expect((await lines.send(id, "Q1b", { message_id })).status).toBe(409);
    expect(await shownAt(id)).toEqual([[0, 2, 2]]);
  });
});

test("all dialects read and extend the branch that is shown", async () => {
  const agent = (await api.call("POST", "/api/agents", { body: { name: "Ada" } })).body.id;
  const id = (await api.call("POST", "/api/sessions", { body: { agent } })).body.id;
  for (const question of ["Q1", "Q2"]) await lines.send(id, question);
  await lines.instead(id, "Q2", "Q2b");
  await lines.showNumber(id, 2, 1);
  const shown = ["Q1", "A1", "Q2", "A2"];
  const julep = async () =>
    (await api.call("GET", `/api/sessions/${id}/history`)).body.entries.map(
      ({ content }: { content: { text: string }[] }) => content[0]?.text,
    );
  expect([await lines.texts(id), await julep()]).toEqual([shown, shown]);

  await api.call("POST", `/api/sessions/${id}/chat`, { body: { messages: [{ role: "user", content: "Q3" }] } });
  expect(lastPrompt().slice(-5)).toEqual([...shown, "Q3"]);
  const assistants = `/api/v1/compatibility/openai/v1/assistants/${agent}/chat/completions`;
  const body = { messages: [{ role: "user", content: "Q4" }], store_in_session: id };
  expect((await api.call("POST", assistants, { body })).status).toBe(200);
  expect(lastPrompt().slice(-7)).toEqual([...shown, "Q3", "A4", "Q4"]);
  await lines.send(id, "Q5");
  expect(lastPrompt().slice(-9)).toEqual([...shown, "Q3", "A4", "Q4", "A5", "Q5"]);

  await lines.showNumber(id, 2, 2);
  expect([await lines.texts(id), await julep()]).toEqual([
    ["Q1", "A1", "Q2b", "A3"],
    ["Q1", "A1", "Q2b", "A3"],
  ]);
});

describe("who may show a line", () => {
  test("a branch of another session, of another account and none are not found", async () => {
    const [id, other] = [await sessionWith("Q1"), await sessionWith("Q1")];
    const { active_branch_id: strange } = await lines.branches(other);
    const { active_branch_id: own } = await lines.branches(id);
    for (const branch of [strange, newId()]) {
      expect(await lines.show(id, branch)).toMatchObject({ status: 404, body: { detail: "Branch not found" } });
    }
    const { key } = await api.server.makeAccount();
    expect(await lines.show(id, own, key)).toMatchObject({ status: 404, body: { detail: "Session not found" } });
    expect(await lines.show(id, "none")).toMatchObject({ status: 422 });
    expect(await lines.show(newId(), own)).toMatchObject({ status: 404 });
    await api.call("DELETE", `/api/v1/chat/${id}`);
    expect(await lines.show(id, own)).toMatchObject({ status: 404 });
  });

  test("no query finds, shows or summarises a line of another account", async () => {
    const id = await sessionWith("Q1");
    await lines.instead(id, "Q1", "Q1b");
    const { active_branch_id, forks } = await lines.branches(id);
    const window = { from: 0, upto: 100, mostForks: 10, mostBeside: 10 };
    const first = forks[0]?.alternatives[0]?.branch_id ?? "";
    await insertSummary(database(), summaryOf(id, active_branch_id, 1));
    const place = { sessionId: id, branchId: active_branch_id, upto: 5 };
    expect(await listForks(database(), newId(), id, window)).toEqual([]);
    expect(await activateBranch(database(), newId(), id, first)).toBeNull();
    expect(await findReplacement(database(), newId(), place)).toBeNull();
    expect(await listForks(database(), ownerId(), id, window)).toHaveLength(1);
    expect(await findReplacement(database(), ownerId(), place)).not.toBeNull();
    expect((await lines.branches(id)).active_branch_id).toBe(active_branch_id);
  });
});

const summaryOf = (sessionId: string, branchId: string, uptoPosition: number) => ({
  id: newId(),
  sessionId,
  branchId,
  uptoPosition,
  text: `Summary up to ${uptoPosition}`,
  replaces: true,
});

test("showing a line moves its session nowhere, and tells other tabs which one is shown", async () => {
  const id = await sessionWith("Q1");
  await lines.instead(id, "Q1", "Q1b");
  const before = await lines.session(id);
  const { token } = (await api.call("GET", "/api/app/changes")).body;
  await lines.showNumber(id, 0, 1);
  const told = (await api.call("GET", `/api/app/changes?since=${token}`)).body.items;
  const after = await lines.session(id);
  expect(after.active_branch_id).not.toBe(before.active_branch_id);
  expect(told).toContainEqual(expect.objectContaining({ session_id: id, active_branch_id: after.active_branch_id }));
  expect(after.last_updated_at).toBe(before.last_updated_at);
});

test("the last turn of a session is that of the line that is shown", async () => {
  const id = await sessionWith("Q1");
  api.model.reset();
  api.model.onMessage(/./, { error: { message: "no", type: "invalid_request_error" }, status: 400 });
  await lines.instead(id, "Q1", "Q1b");
  expect((await lines.session(id)).job_metadata.is_error).toBe(true);
  await lines.showNumber(id, 0, 1);
  expect((await lines.session(id)).job_metadata.is_error).toBe(false);
});

describe("what happens at once", () => {
  test("of two who show another line each the later one wins, and both are told where it stands", async () => {
    const id = await sessionWith("Q1");
    await lines.instead(id, "Q1", "Q1b");
    await lines.instead(id, "Q1b", "Q1c");
    const branches = (await lines.branches(id)).forks[0]?.alternatives.map(({ branch_id }) => branch_id) ?? [];
    for (let round = 0; round < 5; round++) {
      const shown = await Promise.all(branches.map((branch) => lines.show(id, branch)));
      expect(shown.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(branches).toContain((await lines.branches(id)).active_branch_id);
    }
    const { rows } = await pool().query(
      `select s.switches, max(b."shownIn") as last from "Session" s join "Branch" b on b."sessionId" = s.id
       where s.id = $1 group by s.id`,
      [id],
    );
    expect(rows[0].last).toBe(rows[0].switches);
  });

  test("a turn that is claimed while a line is shown goes to the end of that line, or is there before it", async () => {
    const id = await sessionWith("Q1");
    await lines.instead(id, "Q1", "Q1b");
    for (let round = 0; round < 6; round++) {
      const [{ forks }, before, stored] = [await lines.branches(id), await lines.texts(id), await messages(id)];
      const other = forks[0]?.alternatives.find(({ number }) => number !== forks[0]?.shown)?.branch_id ?? "";
      const [sent, shown] = await Promise.all([lines.send(id, `R${round}`), lines.show(id, other)]);
      expect(sent.status).toBe(200);
      const line = await lines.texts(id);
      // The turn came first, and nobody may show another line; or it came behind, and extends the other.
      expect([200, 409]).toContain(shown.status);
      if (shown.status === 409) expect(line.slice(0, -1)).toEqual([...before, `R${round}`]);
      else if (line.includes(`R${round}`)) expect(line[0]).not.toBe(before[0]);
      expect(await messages(id)).toBe(stored + 2);
    }
  });

  test.runIf(process.env.TEST_DATABASE === "postgresql")(
    "a claim that waits while another line is made the active one takes nothing",
    async () => {
      const id = await sessionWith("Q1");
      await lines.instead(id, "Q1", "Q1b");
      const { active_branch_id, forks } = await lines.branches(id);
      const session = { ...(await storedSession(id)), branchId: active_branch_id };
      const held = await pool().connect();
      await held.query("begin");
      await held.query(`update "Session" set "activeBranchId" = $2 where id = $1`, [
        id,
        forks[0]?.alternatives[0]?.branch_id,
      ]);
      const claimed = claimRun(database(), claimOf(session, newId(), { nextPosition: 2 }));
      await expect.poll(waitingForLocks).toBeGreaterThan(0);
      await held.query("commit");
      held.release();
      expect(await claimed).toBe("changed");
    },
  );

  test.runIf(process.env.TEST_DATABASE === "postgresql")(
    "who shows a line while a claim is on its way waits for it, and is refused",
    async () => {
      const id = await sessionWith("Q1");
      await lines.instead(id, "Q1", "Q1b");
      const [{ forks }, session] = [await lines.branches(id), await storedSession(id)];
      const held = await pool().connect();
      await held.query("begin");
      await held.query(`select id from "Session" where id = $1 for no key update`, [id]);
      await held.query(
        `insert into "Run" (id, "accountId", "sessionId", dialect, status, stores, "leaseOwner", "leaseUntil")
         values ($1, $2, $3, 'web', 'running', true, 'other', now() + interval '1 minute')`,
        [newId(), session.accountId, id],
      );
      const shown = activateBranch(database(), ownerId(), id, forks[0]?.alternatives[0]?.branch_id ?? "");
      await expect.poll(waitingForLocks).toBeGreaterThan(0);
      await held.query("commit");
      held.release();
      expect(await shown).toBe("busy");
    },
  );
});

const messages = async (id: string): Promise<number> =>
  (await pool().query(`select count(*)::int as n from "Message" where "sessionId" = $1`, [id])).rows[0].n;

const waitingForLocks = async (): Promise<number> =>
  (
    await pool().query(
      `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
  ).rows[0].n;

async function storedSession(id: string) {
  const { rows } = await pool().query(
    `select s.id, s."accountId", s."projectId", s."activeBranchId" as "branchId", a."agentId"
     from "Session" s join "SessionAgent" a on a."sessionId" = s.id where s.id = $1`,
    [id],
  );
  return rows[0];
}

test("a fork is shown from its first turn on, and goes on as itself when its process is gone", async () => {
  const id = await sessionWith("Q1", "Q2");
  const session = await storedSession(id);
  const fork = await planFork(database(), ownerId(), id, newId(), 1);
  const claim = claimOf(session, newId(), { nextPosition: 4, fork, input: [newMessage("Q2b")] });
  expect(await claimRun(database(), claim)).toBe("claimed");
  expect((await lines.branches(id)).active_branch_id).toBe(fork?.id);
  expect((await api.call("GET", `/api/sessions/${id}/history`)).body.entries).toHaveLength(2);
  await pool().query(`update "Run" set "leaseUntil" = now() - interval '1 second' where id = $1`, [claim.runId]);
  await takeOver(api.server.parley.ports, "expired");
  await expect.poll(async () => (await lines.session(id)).running_run_id).toBeNull();
  expect((await lines.texts(id)).slice(0, 3)).toEqual(["Q1", "A1", "Q2b"]);
  expect(lastPrompt().slice(-3)).toEqual(["Q1", "A1", "Q2b"]);
  await lines.showNumber(id, 2, 1);
  expect(await lines.texts(id)).toEqual(["Q1", "A1", "Q2", "A2"]);
});

test("16: a session has 500 branches at the most, and says so before anything is written", async () => {
  const id = await sessionWith("Q1", "Q2");
  const { branchId } = await storedSession(id);
  await pool().query(
    `insert into "Branch" (id, "sessionId", "parentId", "forkPosition", path, "nextPosition")
     select gen_random_uuid(), $1, $2, 1, '[]', 2 from generate_series(1, 498)`,
    [id, branchId],
  );
  expect(await lines.instead(id, "Q2", "Q2b")).toMatchObject({ status: 200 });
  const line = await lines.line(id);
  const sentence = "The session has 500 branches, as many as it may. Ask at its end, or in a new session.";
  const refused = { status: 409, body: { detail: sentence } };
  expect(await lines.instead(id, "Q2b", "Q2c")).toMatchObject(refused);
  expect(await lines.send(id, "Q2c", { parent_id: line[0]?.id })).toMatchObject(refused);
  expect((await pool().query(`select 1 from "Branch" where "sessionId" = $1`, [id])).rows).toHaveLength(500);
  expect(await lines.line(id)).toEqual(line);
  expect((await lines.session(id)).running_run_id).toBeNull();
  expect(await lines.send(id, "Q3")).toMatchObject({ status: 200 });
});

describe("D9: a summary that replaces", () => {
  test("holds for the lines through its point alone, and a fork behind it keeps it", async () => {
    const id = await sessionWith("Q1", "Q2", "Q3", "Q4");
    const { active_branch_id: root } = await lines.branches(id);
    await insertSummary(database(), summaryOf(id, root, 1));
    await insertSummary(database(), summaryOf(id, root, 5));
    await lines.instead(id, "Q4", "Q4b");
    expect(lastPrompt().slice(-2)).toEqual([expect.stringContaining("Summary up to 5"), "Q4b"]);
    await lines.instead(id, "Q3", "Q3b");
    expect(lastPrompt().slice(-4)).toEqual([expect.stringContaining("Summary up to 1"), "Q2", "A2", "Q3b"]);
    await lines.send(id, "Q4c");
    expect(lastPrompt().slice(-6)).toEqual([
      expect.stringContaining("Summary up to 1"),
      ...["Q2", "A2", "Q3b", "A6", "Q4c"],
    ]);
    await lines.instead(id, "Q1", "Q1b");
    expect(lastPrompt().at(-1)).toBe("Q1b");
    expect(lastPrompt().join()).not.toContain("Summary");
    await lines.showNumber(id, 0, 1);
    await lines.showNumber(id, 4, 1);
    await lines.send(id, "Q5");
    expect(lastPrompt().join()).toContain("Summary up to 5");
  });

  test("and one that a person reads are shown with the lines through their point alone", async () => {
    const id = await sessionWith("Q1", "Q2");
    await api.call("POST", `/api/app/sessions/${id}/summary`);
    const summary = async () => (await lines.session(id)).summary;
    expect(await summary()).toMatchObject({ covers: [1, 2] });
    await lines.instead(id, "Q2", "Q2b");
    expect(await summary()).toBeNull();
    await lines.showNumber(id, 2, 1);
    expect(await summary()).toMatchObject({ covers: [1, 2] });
  });
});

describe("a title", () => {
  const title = async (id: string) => (await lines.session(id)).generated_title;

  test("follows the first question when that is edited, but stays when it is answered again", async () => {
    const id = await sessionWith("Q1");
    await expect.poll(() => title(id)).toBe("Title of Q1");
    const titles = () =>
      api.model.getRequests().filter(({ body }) => JSON.stringify(body).includes("Write a title")).length;
    const before = titles();
    await lines.instead(id, "Q1", "Q1");
    expect(await title(id)).toBe("Title of Q1");
    await lines.instead(id, "Q1", "Q9");
    await expect.poll(() => title(id)).toBe("Title of Q9");
    expect(titles() - before).toBe(1);
    await lines.instead(id, "Q9", "Q9");
    expect(await title(id)).toBe("Title of Q9");
  });

  test("that a model makes slowly is not given to a question that has taken the first one's place", async () => {
    const slow = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    api.model.reset();
    api.model.onMessage(/./, async (request) => {
      const made = titleOf(request);
      if (made !== "Title of Q1") return { content: made ?? "A" };
      told.resolve();
      await slow.promise;
      return { content: made };
    });
    const id = await sessionWith("Q1");
    await told.promise;
    await lines.instead(id, "Q1", "Q9");
    await expect.poll(() => title(id)).toBe("Title of Q9");
    slow.resolve();
    // Two that wait for each other have both lanes: nothing else is in one any more.
    const { lanes } = api.server.parley.ports;
    const [one, two] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const meet = (mine: typeof one, other: typeof one) =>
      lanes.add(async () => {
        mine.resolve();
        await other.promise;
      });
    await Promise.all([meet(one, two), meet(two, one)]);
    expect(await title(id)).toBe("Title of Q9");
  });

  test("of a person stays, and a later question changes none", async () => {
    const id = await sessionWith("Q1", "Q2");
    await expect.poll(() => title(id)).toBe("Title of Q1");
    await lines.instead(id, "Q2", "Q2b");
    expect(await title(id)).toBe("Title of Q1");
    await api.call("PATCH", `/api/v1/chat/${id}`, { body: { generated_title: "Mine" } });
    await lines.instead(id, "Q1", "Q7");
    expect(await title(id)).toBe("Mine");
  });
});

test("indexes that a session is bound to stay bound and locked through forks", async () => {
  const index = (await api.call("POST", "/api/v1/indexes", { body: { name: "notes" } })).body.id;
  const other = (await api.call("POST", "/api/v1/indexes", { body: { name: "more" } })).body.id;
  const id = (await api.call("POST", "/api/v1/chat", { body: { index_ids: [index] } })).body.session_id;
  await lines.send(id, "Q1", { index_ids: [index] });
  await lines.instead(id, "Q1", "Q1b");
  const refused = await lines.send(id, "Q1c", { parent_id: null, index_ids: [other] });
  expect(refused.status).toBe(409);
  expect((await lines.session(id)).index_ids).toEqual([index]);
});
