import type { PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toBytes } from "../../db/vector-bytes.ts";
import type { DocOwner } from "../../domain/doc.ts";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../../testing/server.ts";
import { createDoc } from "../docs.ts";
import type { Scope } from "../scope.ts";
import { fingerprint } from "./fingerprint.ts";
import { unit } from "./rank.ts";
import { DEFAULT_RECALL } from "./recall.ts";
import { type SearchOptions, searchDocs } from "./search.ts";

let server: TestServer;
let scope: Scope;
beforeAll(async () => {
  server = await openTestServer({ environment: { OPENAI_EMBEDDING_MODEL: "big" } });
  scope = { ...server.parley.ports, accountId: server.parley.ownerId, via: "key" };
}, 60_000);
afterAll(() => server.close());

async function agentWith(...contents: readonly string[]): Promise<DocOwner> {
  const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
  const made = await server.fetch(`${ORIGIN}/api/agents`, { method: "POST", headers, body: '{"name": "Ada"}' });
  const owner: DocOwner = { role: "agent", id: (await made.json()).id };
  for (const [n, content] of contents.entries()) {
    await createDoc(scope, owner, { title: `T${n}`, content: [content], metadata: null, embedInstruction: null });
  }
  return owner;
}

const words: SearchOptions = { ...DEFAULT_RECALL, mode: "text" };
const titles = async (owner: DocOwner, text: string, options = words) => {
  const { hits } = await searchDocs(scope, { agentIds: [owner.id], userIds: [] }, { text, vector: null }, options);
  return hits.map(({ title }) => title);
};

describe("text", () => {
  test.each([
    ["Chinese", "京都", ["东京塔高三百三十三米。", "我们在京都住了三天，使用React开发。"], "T1"],
    ["Chinese, the end of a run", "三天", ["东京塔高三百三十三米。", "我们在京都住了三天，使用React开发。"], "T1"],
    ["Latin within Chinese", "react", ["东京塔高三百三十三米。", "我们在京都住了三天，使用React开发。"], "T1"],
    [
      "a question in Japanese",
      "営業時間は何時からですか",
      ["図書館は駅の前にあります。", "営業時間は九時から五時までです。"],
      "T1",
    ],
    ["one character", "猫", ["犬が庭にいる。", "庭に黒猫"], "T1"],
    ["Thai", "ห้องสมุด", ["โรงเรียนอยู่ใกล้ตลาด", "เราไปห้องสมุดทุกวัน"], "T1"],
    ["Korean", "도서관", ["학교에서 밥을 먹는다", "시립도서관에서 책을 읽는다"], "T1"],
  ])("finds %s, which has no spaces between words", async (_, question, contents, expected) => {
    expect((await titles(await agentWith(...contents), question))[0]).toBe(expected);
  });

  test("finds the parts of names, and words in capitals beyond ASCII", async () => {
    const owner = await agentWith("See fs.readFile and vitest.config.ts", "Die ÖFFNUNGSZEITEN der Bücherei");
    expect(await titles(owner, "config")).toEqual(["T0"]);
    expect(await titles(owner, "bücherei")).toEqual(["T1"]);
  });

  test("finds a phrase only where its words stand side by side, and what begins as one says", async () => {
    const owner = await agentWith("opening hours of the shop", "hours before the opening", "harbours and boats");
    expect(await titles(owner, '"opening hours"')).toEqual(["T0"]);
    expect(await titles(owner, "harb*")).toEqual(["T2"]);
  });

  test("17: takes a question of any letters, however long they run on", async () => {
    const owner = await agentWith("The end of the pier.");
    for (const letter of ["a", "é", "ა", "𐐀", "क", "猫"]) {
      for (const ending of ["", "*", '"']) {
        expect(await titles(owner, `"${letter.repeat(900)}${ending} ${letter.repeat(1100)}${ending} pier`)).toEqual([
          "T0",
        ]);
      }
    }
  });

  test("finds other forms in the language of the question, whatever language is given", async () => {
    const owner = await agentWith("Die Katzen schlafen auf dem Dach.", "Der Hund bellt.");
    expect(await titles(owner, "wo ist die Katze auf dem Dach")).toEqual(["T0"]);
    expect(await titles(owner, "und wie wird die")).toEqual([]);
  });

  test("a rare word counts for more than a common one, and all words for more than one", async () => {
    const common = Array.from({ length: 12 }, (_, n) => `the boat number ${n} boat boat boat`);
    const owner = await agentWith(...common, "a lantern", "a boat with a lantern");
    expect((await titles(owner, "boat lantern")).slice(0, 2)).toEqual(["T13", "T12"]);
  });
});

describe("fuzzy", () => {
  const fuzzy: SearchOptions = { ...words, trigramSimilarityThreshold: 0.4 };

  test("17: finds a misspelt word wherever it stands in a piece, of any letters, and none that is unlike", async () => {
    const owner = await agentWith(
      `${"The boat lies at anchor. ".repeat(200)} The lighthouse keeper waved.`,
      "Die Öffnungszeiten der Bücherei",
      "Маяк построили рыбаки",
      "猫が庭にいる。 The garden's gate",
    );
    expect(await titles(owner, "lighthuose", fuzzy)).toEqual(["T0"]);
    expect(await titles(owner, "Öfnungszeiten", fuzzy)).toEqual(["T1"]);
    expect(await titles(owner, "постройли", fuzzy)).toEqual(["T2"]);
    expect(await titles(owner, "猫 gardenn", fuzzy)).toEqual(["T3"]);
    expect(await titles(owner, "zebra", fuzzy)).toEqual([]);
  });

  test("17: the more alike comes first, and behind what has the word itself", async () => {
    const owner = await agentWith("a lighthose by the sea", "a lighthouse by the sea", "a light by the sea");
    expect(await titles(owner, "lighthouse", fuzzy)).toEqual(["T1", "T0", "T2"]);
  });
});

// The statements are the same in the embedded database, which takes half a minute to take in so many.
describe.skipIf(process.env.TEST_DATABASE === "pglite")("many pieces", () => {
  const PIECES = 21_000;
  let owner: DocOwner;
  beforeAll(async () => {
    owner = await agentWith();
    const vector = unit([1, -1, 1, -1, 1, -1, 1, -1]);
    // Embedded as it is inserted: otherwise the model would be asked for it.
    await scope.database.pool.query(
      `with doc as (
         insert into "Doc" (id, "accountId", "agentId", title, "contentHash", "createdAt")
         select gen_random_uuid(), $1, $2, title, title, at
         from (values ('Many', now() + interval '1 hour'), ('Old', now())) x(title, at) returning id, title
       ), pieces as (
         insert into "DocChunk" (id, "docId", position, content)
         select gen_random_uuid(), doc.id, n, case when title = 'Old' then 'a quince and a pear' else 'pear' || n end
         from doc, generate_series(0, case when title = 'Old' then 0 else $3::int - 1 end) n returning id, content
       )
       insert into "ChunkEmbedding" ("chunkId", model, vector, fingerprint)
       select id, 'big', case when content ~ 'quince' then $4 else decode(repeat('0000803c', 8), 'hex') end,
         (case when content ~ 'quince' then $5 else repeat('01', 512) end)::varbit from pieces`,
      [scope.accountId, owner.id, PIECES, toBytes([...vector]), fingerprint(vector)],
    );
  }, 120_000);

  test("the nearest is found though 20,000 later ones are there", async () => {
    const vector = [1, -1, 1, -1, 1, -1, 1, -0.9];
    const options = { ...DEFAULT_RECALL, mode: "vector" as const, mmrStrength: 0 };
    const { hits } = await searchDocs(scope, { agentIds: [owner.id], userIds: [] }, { text: null, vector }, options);
    expect(hits.map(({ title }) => title)).toEqual(["Old"]);
  }, 60_000);

  test("a rare word beside one that all pieces have is found though 20,000 later ones are there", async () => {
    expect((await titles(owner, "pear quince"))[0]).toBe("Old");
  }, 60_000);

  test("17: a misspelt word is found though 20,000 later pieces are there", async () => {
    expect((await titles(owner, "quinze", { ...words, trigramSimilarityThreshold: 0.4 }))[0]).toBe("Old");
  }, 60_000);

  test("17: a search reads what its owner has, not what others have", async () => {
    const other = await agentWith();
    await scope.database.pool.query(
      `with doc as (
         insert into "Doc" (id, "accountId", "agentId", title, "contentHash")
         values (gen_random_uuid(), $1, $2, 'Others', 'x') returning id
       )
       insert into "DocChunk" (id, "docId", position, content)
       select gen_random_uuid(), doc.id, n, 'a pear, a quince and a plum' from doc, generate_series(0, 449) n`,
      [scope.accountId, other.id],
    );
    // The first one also looks how common words are.
    expect(await titles(other, "pear quince plum")).toHaveLength(10);
    expect(await blocksRead(() => titles(other, "pear quince plum"))).toBeLessThan(400);
  }, 60_000);

  test("17: each piece knows whose it is, also one that is inserted along with its doc", async () => {
    const { rows } = await scope.database.pool.query(
      `select count(*)::int as pieces from "DocChunk" c join "Doc" d on d.id = c."docId"
       where c."ownerId" is distinct from d."agentId"`,
    );
    expect(rows).toEqual([{ pieces: 0 }]);
  });
});

/** How many blocks of 8 KB the statements of a search look at. */
async function blocksRead(search: () => Promise<unknown>): Promise<number> {
  const { pool } = scope.database;
  const sent: { readonly text: string; readonly values: unknown[] }[] = [];
  const restore: (() => void)[] = [];
  const listen = (client: PoolClient) => {
    const { query } = client;
    const told = (...[given, ...rest]: readonly [{ name?: string; text: string; values: unknown[] }, ...unknown[]]) => {
      if (given.name?.startsWith("search-")) sent.push({ text: given.text, values: given.values });
      return Reflect.apply(query, client, [given, ...rest]);
    };
    Object.assign(client, { query: told });
    restore.push(() => Object.assign(client, { query }));
  };
  pool.on("acquire", listen);
  try {
    await search();
  } finally {
    pool.off("acquire", listen);
    for (const each of restore.reverse()) each();
  }
  let blocks = 0;
  for (const { text, values } of sent) {
    const { rows } = await pool.query(`explain (analyze, buffers, format json) ${text}`, values);
    const { Plan: plan } = rows[0]["QUERY PLAN"][0];
    blocks += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  }
  expect(sent.length).toBeGreaterThan(0);
  return blocks;
}
