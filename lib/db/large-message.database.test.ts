import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../domain/ids.ts";
import { migratedDatabase } from "../testing/databases.ts";
import { claimOf, commitOf, makeSession, newMessage, storedMessage } from "../testing/stored-turns.ts";
import { claimRun } from "./claims.ts";
import { commitRun } from "./commit.ts";
import { type Database, openDatabase } from "./database.ts";

const owner = newId();
const LONG = `word \\ " 漢 `.repeat(40_000);
let database: Database;

beforeAll(async () => {
  const { DATA_DIR, DATABASE_URL } = await migratedDatabase();
  database = await openDatabase({ url: DATABASE_URL, dataDir: DATA_DIR, root: join(import.meta.dirname, "../..") });
});
afterAll(() => database.close());

test.each([
  { name: "as many turns as it likes", mostAtOnce: null },
  { name: "so many turns at once", mostAtOnce: 3 },
])(
  "a large message of an account with $name is entered and stored whole, beside a short one",
  async ({ mostAtOnce }) => {
    const session = await makeSession(database);
    const input = [newMessage(LONG), newMessage("short")];
    const claim = claimOf(session, owner, { input, mostAtOnce });
    expect(await claimRun(database, claim)).toBe("claimed");
    const entered = await database.prisma.run.findUnique({ where: { id: claim.runId } });
    expect(entered?.input).toEqual(JSON.parse(JSON.stringify(input)));

    const messages = [storedMessage(LONG), storedMessage("short", "assistant")];
    expect(await commitRun(database, commitOf(claim.runId, owner, { messages }))).toBe(true);
    const stored = await database.prisma.message.findMany({
      where: { runId: claim.runId },
      orderBy: { position: "asc" },
    });
    expect(stored.map(({ parts }) => parts)).toEqual(messages.map(({ parts }) => parts));
  },
);

test("a large message keeps its files", async () => {
  const session = await makeSession(database);
  const file = await database.prisma.file.create({
    data: { id: newId(), accountId: session.accountId, name: "a.txt", mediaType: "text/plain", size: 1 },
  });
  const claim = claimOf(session, owner);
  expect(await claimRun(database, claim)).toBe("claimed");
  const message = storedMessage(LONG);
  message.parts.push({ type: "file", fileId: file.id, name: file.name, mediaType: file.mediaType, size: 1 });
  expect(await commitRun(database, commitOf(claim.runId, owner, { messages: [message] }))).toBe(true);
  expect(await database.prisma.messageFile.findMany({ where: { messageId: message.id } })).toMatchObject([
    { fileId: file.id },
  ]);
});

test("of a large message nothing is written by who has lost its session or its run", async () => {
  const session = await makeSession(database);
  const input = [newMessage(LONG)];
  const late = claimOf(session, owner, { input, nextPosition: 7 });
  expect(await claimRun(database, late)).toBe("changed");
  const claim = claimOf(session, owner, { input });
  expect(await claimRun(database, claim)).toBe("claimed");
  expect(await claimRun(database, claimOf(session, owner, { input }))).toBe("busy");
  expect(await commitRun(database, commitOf(claim.runId, newId(), { messages: [storedMessage(LONG)] }))).toBe(false);
  expect(await database.prisma.message.count({ where: { sessionId: session.id } })).toBe(0);
  expect(await database.prisma.run.count({ where: { sessionId: session.id } })).toBe(1);
});
