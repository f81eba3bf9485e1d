import LlamaCloud, { toFile } from "@llamaindex/llama-cloud";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newId } from "../../domain/ids.ts";
import { makePdf } from "../../testing/documents.ts";
import { ORIGIN, OWNER_KEY, openTestServer, type TestServer } from "../../testing/server.ts";
import type { SessionEvent } from "./answers.ts";

// The official client from making an index to the events of a turn that looks into it.

// A file is read by a process of its own, which takes its time to begin on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

let server: TestServer;
let client: LlamaCloud;
let theirs: LlamaCloud;

const clientFor = (apiKey: string) =>
  new LlamaCloud({ apiKey, baseURL: ORIGIN, fetch: server.fetch as typeof fetch, maxRetries: 0 });

beforeAll(async () => {
  server = await openTestServer();
  client = clientFor(OWNER_KEY);
  theirs = clientFor((await server.makeAccount()).key);
  server.model
    .on({ systemMessage: "Write a title" }, { content: "A fine title" })
    // A question says which tool is to be called, and with what.
    .onMessage(/^call/s, ({ messages }) => {
      const text = JSON.stringify(messages.findLast(({ role }) => role === "user")?.content);
      if (messages.at(-1)?.role === "tool") return { content: "That is what they say." };
      const [, name = "", input = ""] = /call (\w+) (\{.*\})/su.exec(JSON.parse(text)) ?? [];
      return { toolCalls: [{ id: newId(), name, arguments: input }] };
    })
    .onMessage(/./s, { content: "No tool was needed." });
}, 60_000);
afterAll(() => server.close());

const PAGES = [
  "Plums\nPlums ripen in September.",
  "Herbs\nThe quincewort grows by the river.",
  "Pears\nPears are late.",
];
const pdf = () => toFile(makePdf(PAGES), "fruit.pdf", { type: "application/pdf" });

/** An index with a document of three pages that has been read. */
async function indexed(by = client) {
  const directory = await by.beta.directories.create({ name: "Orchard" });
  const file = await by.beta.directories.files.upload(directory.id, { upload_file: await pdf() });
  const index = await by.beta.indexes.create({ source_directory_id: directory.id, name: "All of the orchard" });
  await expect
    .poll(async () => (await by.beta.indexes.get(index.id)).metadata?.state, { timeout: 60_000 })
    .toBe("ready");
  return { indexId: index.id, fileId: file.id, directoryId: directory.id };
}

async function asked(indexIds: string[], prompt: string, by = client): Promise<SessionEvent[]> {
  const { session_id } = await by.beta.chat.create({ index_ids: indexIds });
  const text = (await by.beta.chat.stream(session_id, { index_ids: indexIds, prompt })) as string; // measured: the frames
  return text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []));
}

const resultOf = (events: readonly SessionEvent[]) => {
  const [result] = events.flatMap((event) => (event.type === "tool_result" ? [event] : []));
  return result?.result;
};

/** A call as no client of theirs would send it. */
async function send(path: string, body: object) {
  const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
  const response = await server.fetch(`${ORIGIN}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

const call = (name: string, input: object) => `call ${name} ${JSON.stringify(input)}`;

describe("17: a program with the official client", () => {
  test("makes an index, uploads, asks, and gets the events of its tools with their results", async () => {
    const { indexId, fileId } = await indexed();
    const events = await asked([indexId], call("retrieve", { query: "quincewort", index_id: indexId }));
    const types = events.map(({ type }) => type).filter((type) => type !== "text_delta");
    expect(types).toEqual(["user_input", "tool_call", "tool_result", "text", "stop"]);
    expect(resultOf(events)).toMatchObject([
      {
        content: expect.stringContaining("grows by the river"),
        score: expect.any(Number),
        metadata: { file_name: "fruit.pdf" },
        static_fields: { page_range_start: 2, page_range_end: 2, parsed_directory_file_id: fileId },
        search_mode: "text",
        search_note: expect.stringContaining("No embedding model"),
      },
    ]);
    // The contract, 6.4: arrays.
    expect(resultOf(await asked([indexId], call("find_files", { name: "FRUIT" })))).toEqual([
      { file_id: fileId, file_name: "fruit.pdf" },
    ]);
    const grep = resultOf(await asked([indexId], call("grep_file", { file_id: fileId, pattern: "ripen|late" })));
    const place = { start_char: expect.any(Number), end_char: expect.any(Number) };
    expect(grep).toEqual([
      { content: "Plums ripen in September.", ...place },
      { content: "Pears are late.", ...place },
    ]);
    const read = resultOf(await asked([indexId], call("read_file", { file_id: fileId, limit: 5 })));
    expect(read).toEqual({ content: "Plums", next_offset: 5 });
  });

  test("retrieves, finds, greps and reads without a session, page by page", async () => {
    const { indexId: index_id, fileId: file_id } = await indexed();
    const { results } = await client.beta.retrieval.retrieve({ index_id, query: "When do plums ripen?", top_k: 1 });
    expect(results).toMatchObject([{ content: expect.stringContaining("September"), rerank_score: null }]);
    const none = { index_id, query: "plums", custom_filters: { kind: { operator: "eq" as const, value: "x" } } };
    expect((await client.beta.retrieval.retrieve(none)).results).toEqual([]);
    const only = (value: string) => ({
      static_filters: { parsed_directory_file_id: { operator: "eq" as const, value } },
    });
    const within = (value: string) => client.beta.retrieval.retrieve({ index_id, query: "plums", ...only(value) });
    expect([(await within(file_id)).results.length, (await within(newId())).results.length]).toEqual([1, 0]);
    const names: string[] = [];
    for await (const { file_name } of client.beta.retrieval.find({ index_id, file_name: "fruit.pdf" }))
      names.push(file_name);
    expect(names).toEqual(["fruit.pdf"]);
    const found: string[] = [];
    const pattern = "(?i)p(?:lum|ear)s";
    for await (const match of client.beta.retrieval.grep({ index_id, file_id, pattern, page_size: 1 })) {
      found.push(`${match.content} ${match.start_char}`);
    }
    const { content } = await client.beta.retrieval.read({ index_id, file_id });
    expect(found).toEqual([...content.matchAll(/p(?:lum|ear)s/giu)].map((match) => `${match[0]} ${match.index}`));
    expect(found).toHaveLength(4);
    const context = await client.beta.retrieval.grep({ index_id, file_id, pattern: "ripen", context_chars: 6 });
    expect(context.items).toMatchObject([{ content: "Plums ripen in Se" }]);
    const part = await client.beta.retrieval.read({ index_id, file_id, offset: 6, max_length: 5 });
    expect(part.content).toBe(content.slice(6, 11));
    await expect(client.beta.retrieval.grep({ index_id, file_id, pattern: "(?=x)" })).rejects.toMatchObject({
      status: 400,
    });
  });

  test("uploads a file first and adds it under another name, lists, and deletes", async () => {
    const file = await client.files.create({ file: await pdf(), purpose: "user_data" });
    expect(file).toMatchObject({ name: "fruit.pdf", file_type: "pdf", purpose: "user_data" });
    expect(await client.files.retrieve(file.id)).toMatchObject({ id: file.id, name: "fruit.pdf" });
    const { id } = await client.beta.directories.create({ name: "Shelf", description: "For all" });
    const metadata = { kind: "book" };
    const added = await client.beta.directories.files.add(id, { file_id: file.id, display_name: "Book", metadata });
    expect(added).toMatchObject({ directory_id: id, display_name: "Book", file_id: file.id, metadata });
    await expect
      .poll(async () => (await client.beta.directories.files.get(added.id, { directory_id: id })) as object, {
        timeout: 60_000,
      })
      .toMatchObject({ state: "ready" });
    const filters = { kind: { operator: "eq" as const, value: "book" } };
    const { results } = await client.beta.retrieval.retrieve({ index_id: id, query: "plums", custom_filters: filters });
    expect(results[0]?.metadata).toEqual({ kind: "book", file_name: "Book" });
    const filtered = (value: unknown) =>
      send("/api/v1/retrieval/retrieve", {
        index_id: id,
        query: "plums",
        custom_filters: { kind: value },
      });
    for (const value of [[], {}, ["book"], null]) expect((await filtered({ operator: "eq", value })).status).toBe(400);
    const eq = { operator: "eq", value: "book" };
    expect((await filtered([eq])).body.results).toHaveLength(1);
    expect((await filtered([eq, { ...eq, value: "x" }])).status).toBe(400);
    const value = Array.from({ length: 101 }, () => newId());
    const static_filters = { parsed_directory_file_id: { operator: "in", value } };
    const tooMany = await send("/api/v1/retrieval/retrieve", { index_id: id, query: "plums", static_filters });
    expect(tooMany.status).toBe(400);
    const listed: string[] = [];
    for await (const { display_name } of client.beta.directories.files.list(id)) listed.push(display_name);
    expect(listed).toEqual(["Book"]);
    for (let n = 0; n < 3; n++) await client.beta.directories.create({ name: `Shelf ${n}` });
    const ids: string[] = [];
    for await (const index of client.beta.indexes.list({ page_size: 2 })) ids.push(index.id);
    expect([new Set(ids).size, ids.includes(id)]).toEqual([ids.length, true]);
    await client.beta.directories.files.delete(added.id, { directory_id: id });
    expect((await client.beta.directories.files.list(id)).items).toEqual([]);
    await client.beta.indexes.delete(id);
    await expect(client.beta.directories.get(id)).rejects.toMatchObject({ status: 404 });
  });

  test("syncs an index: what could not be read is tried again", async () => {
    const { id } = await client.beta.directories.create({ name: "Broken" });
    const broken = await toFile(Buffer.from("%PDF-1.4 nothing"), "broken.pdf");
    await client.beta.directories.files.upload(id, { upload_file: broken });
    const failed = () => expect.poll(async () => (await client.beta.indexes.get(id)).metadata, { timeout: 60_000 });
    await failed().toEqual({ state: "ready", documents: { ready: 0, pending: 0, failed: 1 } });
    expect(await client.beta.indexes.sync(id)).toMatchObject({ metadata: { state: "building" } });
    await failed().toEqual({ state: "ready", documents: { ready: 0, pending: 0, failed: 1 } });
  });
});

describe("47: the picture of a page", () => {
  const picture = (key: string, { attachment_name, source_id }: { attachment_name: string; source_id: string }) =>
    server.fetch(`${ORIGIN}/api/v1/beta/attachments/${attachment_name}?source_id=${source_id}`, {
      headers: { authorization: `Bearer ${key}` },
    });

  test("resolves for its owner as the event has told it, and is a 404 for others and when its document is gone", async () => {
    const { indexId, fileId, directoryId } = await indexed();
    const { session_id } = await client.beta.chat.create({ index_ids: [indexId] });
    const body = { index_ids: [indexId], prompt: call("retrieve", { query: "quincewort" }) };
    const text = (await client.beta.chat.stream(session_id, body)) as string; // measured: the frames
    const told = text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []));
    const { events } = await client.beta.chat.retrieve(session_id);
    const attachment = { attachment_name: "screenshots/page_2.jpg", source_id: fileId };
    for (const all of [told, events]) {
      expect(all.filter(({ type }) => type === "tool_result")).toMatchObject([{ image_attachment: attachment }]);
    }
    const [found] = (await client.beta.retrieval.retrieve({ index_id: indexId, query: "quincewort" })).results;
    expect(found?.static_fields?.attachments).toEqual([{ ...attachment, type: "screenshot" }]);
    for (const name of ["screenshots/page_2.jpg", "screenshots%2Fpage_2.jpg"]) {
      const drawn = await picture(OWNER_KEY, { attachment_name: name, source_id: fileId });
      const { headers } = drawn;
      expect([drawn.status, headers.get("content-type")]).toEqual([200, "image/jpeg"]);
      expect(headers.get("content-security-policy")).toContain("sandbox");
      expect([...new Uint8Array(await drawn.arrayBuffer()).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    }
    const chunk = found?.static_fields as { readonly chunk_id?: string }; // ours
    const passage = await server.fetch(`${ORIGIN}/api/app/docs/${fileId}/passage?chunk_id=${chunk.chunk_id}`, {
      headers: { authorization: `Bearer ${OWNER_KEY}` },
    });
    expect((await passage.json()).image.url).toBe(
      `/api/v1/beta/attachments/screenshots/page_2.jpg?source_id=${fileId}`,
    );
    const { key } = await server.makeAccount();
    const nowhere = [
      await picture(key, attachment),
      await picture(OWNER_KEY, { ...attachment, source_id: newId() }),
      await picture(OWNER_KEY, { ...attachment, attachment_name: "screenshots/page_4.jpg" }),
      await picture(OWNER_KEY, { ...attachment, attachment_name: "screenshots/page_0.jpg" }),
      await picture(OWNER_KEY, { ...attachment, attachment_name: "x" }),
    ];
    for (const response of nowhere) {
      expect([response.status, await response.json()]).toEqual([404, { detail: "Attachment not found" }]);
    }
    await client.beta.directories.files.delete(fileId, { directory_id: directoryId });
    expect((await picture(OWNER_KEY, attachment)).status).toBe(404);
  });

  test("is in no event of a document that has no pages", async () => {
    const { id } = await client.beta.directories.create({ name: "Notes" });
    const file = await toFile(Buffer.from("The quincewort again."), "notes.txt");
    const { id: fileId } = await client.beta.directories.files.upload(id, { upload_file: file });
    await expect
      .poll(async () => (await client.beta.indexes.get(id)).metadata?.state, { timeout: 60_000 })
      .toBe("ready");
    const events = await asked([id], call("retrieve", { query: "quincewort" }));
    const [result] = events.filter(({ type }) => type === "tool_result");
    expect(resultOf(events)).toMatchObject([{ static_fields: { attachments: [] } }]);
    expect(result).not.toHaveProperty("image_attachment");
    const attachment = { attachment_name: "screenshots/page_1.jpg", source_id: fileId };
    expect((await picture(OWNER_KEY, attachment)).status).toBe(404);
  });

  test("17.21: syncs all that failed at once, and not what somebody has cancelled", async () => {
    const { id } = await client.beta.directories.create({ name: "Many broken" });
    for (const name of ["a.pdf", "b.pdf", "c.pdf"]) {
      const broken = await toFile(Buffer.from(`%PDF-1.4 nothing in ${name}`), name);
      await client.beta.directories.files.upload(id, { upload_file: broken });
    }
    const documents = async () => (await client.beta.indexes.get(id)).metadata?.documents;
    const allFailed = () => expect.poll(documents, { timeout: 60_000 }).toEqual({ ready: 0, pending: 0, failed: 3 });
    await allFailed();
    const { pool } = server.parley.ports.database;
    const jobs = async () =>
      (
        await pool.query(
          `select d.title, count(*)::int from "Job" j join "Doc" d on d.id = j."docId" where d."indexId" = $1
        group by d.title order by d.title`,
          [id],
        )
      ).rows;
    await pool.query(
      `update "Job" set state = 'aborted' where "docId" in (select id from "Doc" where title = 'b.pdf' and "indexId" = $1)`,
      [id],
    );
    await client.beta.indexes.sync(id);
    expect(await jobs()).toEqual([
      { title: "a.pdf", count: 2 },
      { title: "b.pdf", count: 1 },
      { title: "c.pdf", count: 2 },
    ]);
    await allFailed();
  });
});

describe("17: the indexes of a turn", () => {
  test("17.23: are told by their export configurations once it has ended, and null where there were none", async () => {
    const { indexId } = await indexed();
    const { export_config_id } = await client.beta.indexes.get(indexId);
    const { session_id } = await client.beta.chat.create({});
    await client.beta.chat.stream(session_id, { index_ids: [indexId], prompt: "Hello" });
    const told = async () => (await client.beta.chat.getSummary(session_id)).job_metadata?.export_config_ids;
    expect(await told()).toEqual([export_config_id]);
    const { items } = await client.beta.chat.list({ page_size: 1 });
    expect(items[0]?.job_metadata?.export_config_ids).toEqual([export_config_id]);
    await client.beta.chat.stream(session_id, { index_ids: [], prompt: "Hello again" });
    expect(await told()).toBeNull();
  });

  test("17.16: a repeat of a request is answered by its run, though its index is gone since", async () => {
    const [first, second] = await Promise.all(
      ["One", "Two"].map((name) => client.beta.directories.create({ name }).then(({ id }) => id)),
    );
    const index_ids = [first ?? "", second ?? ""];
    const { session_id } = await client.beta.chat.create({ index_ids });
    const path = `/api/v1/chat/${session_id}/messages/stream`;
    const send = async (body: object, headers = {}) => {
      const response = await server.fetch(`${ORIGIN}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
      await response.text();
      return [response.status, response.headers.get("x-run-id")];
    };
    const named = { index_ids, prompt: "Hello", message_id: newId() };
    const [status, runId] = await send(named);
    const keyed = { index_ids: [], prompt: "Hello again" };
    const key = { "idempotency-key": "k1" };
    const other = await send(keyed, key);
    expect(status).toBe(200);
    await client.beta.indexes.delete(first ?? "");
    await client.beta.indexes.delete(second ?? "");
    expect(await send(named)).toEqual([200, runId]);
    expect(await send({ ...named, index_ids: index_ids.toReversed() })).toEqual([200, runId]);
    expect(await send(keyed, key)).toEqual(other);
    expect((await send({ ...named, index_ids: [newId()] }))[0]).toBe(409);
    expect((await send({ ...named, message_id: newId() }))[0]).toBe(404);
  });
});

describe("17: the tools of a turn", () => {
  test("reach its indexes and no other, of the account or another one", async () => {
    const [own, other, foreign] = [await indexed(), await indexed(), await indexed(theirs)];
    for (const { indexId, fileId } of [other, foreign]) {
      for (const prompt of [
        call("retrieve", { query: "plums", index_id: indexId }),
        call("find_files", { name: "", index_id: indexId }),
        call("grep_file", { file_id: fileId, pattern: "." }),
        call("read_file", { file_id: fileId }),
      ]) {
        expect(resultOf(await asked([own.indexId], prompt))).toEqual({ error: expect.any(String) });
      }
    }
    const all = resultOf(await asked([own.indexId], call("retrieve", { query: "plums", top_k: 50 })));
    const ids = (all as { static_fields: { parsed_directory_file_id: string } }[]).map(
      ({ static_fields }) => static_fields.parsed_directory_file_id,
    );
    expect(new Set(ids)).toEqual(new Set([own.fileId]));
    for (const indexId of [other.indexId, foreign.indexId]) {
      const path = { index_id: indexId, file_id: own.fileId };
      await expect(client.beta.retrieval.read(path)).rejects.toMatchObject({ status: 404 });
    }
    await expect(theirs.beta.retrieval.retrieve({ index_id: own.indexId, query: "x" })).rejects.toMatchObject({
      status: 404,
    });
    await expect(
      theirs.files.retrieve((await client.files.create({ file: await pdf(), purpose: "x" })).id),
    ).rejects.toMatchObject({
      status: 404,
    });
  });

  test("17.9: read what was dropped on the session and what its agent has, and nothing of another session, agent or account", async () => {
    const headers = { authorization: `Bearer ${OWNER_KEY}` };
    const agent = (await send("/api/app/agents", { name: "Reader" })).body;
    const other = (await send("/api/app/agents", { name: "Somebody else" })).body;
    const added = async (owner: object, title: string) => {
      const { body } = await send("/api/app/docs", { ...owner, title, text: `${title} is about greengages.` });
      const stateOf = async () =>
        (await (await server.fetch(`${ORIGIN}/api/app/docs/${body.id}`, { headers })).json()).state;
      await expect.poll(stateOf, { timeout: 60_000 }).toBe("ready");
      return { file_id: body.id, file_name: title };
    };
    const { session_id } = await client.beta.chat.create({});
    const { session_id: beside } = await client.beta.chat.create({});
    const dropped = await added({ session_id }, "Dropped");
    const ofAgent = await added({ agent_id: agent.id }, "Of the agent");
    const out = [await added({ session_id: beside }, "Beside"), await added({ agent_id: other.id }, "Of another")];
    const foreign = await indexed(theirs);
    const said = async (prompt: string) => {
      const path = `/api/v1/chat/${session_id}/messages/stream`;
      const init = { method: "POST", headers: { ...headers, "content-type": "application/json" } };
      const body = JSON.stringify({ index_ids: [], prompt, agent_id: agent.id });
      const text = await (await server.fetch(`${ORIGIN}${path}`, { ...init, body })).text();
      return resultOf(
        text.split("\n").flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : [])),
      );
    };
    expect(await said(call("find_files", { name: "" }))).toEqual([dropped, ofAgent]);
    for (const { file_id, file_name } of [dropped, ofAgent]) {
      expect(await said(call("read_file", { file_id }))).toMatchObject({ content: expect.stringContaining(file_name) });
      expect(await said(call("grep_file", { file_id, pattern: "greengages" }))).toHaveLength(1);
    }
    const passages = (await said(call("retrieve", { query: "greengages", top_k: 50 }))) as { metadata: object }[];
    expect(passages.map(({ metadata }) => metadata)).toEqual(
      expect.arrayContaining([{ file_name: "Dropped" }, { file_name: "Of the agent" }]),
    );
    expect(passages).toHaveLength(2);
    for (const file_id of [...out.map((one) => one.file_id), foreign.fileId]) {
      expect(await said(call("read_file", { file_id }))).toEqual({ error: expect.stringContaining("not found") });
      expect(await said(call("grep_file", { file_id, pattern: "." }))).toEqual({ error: expect.any(String) });
    }
    expect(await said(call("find_files", { name: "", index_id: foreign.indexId }))).toEqual({
      error: expect.stringContaining("has no index"),
    });
  });

  test("tell in the last of the fifty that they tell that there is more", async () => {
    const { id } = await client.beta.directories.create({ name: "Many" });
    const file = await client.files.create({
      file: await toFile(Buffer.from("plum\n".repeat(51)), "0.txt"),
      purpose: "user_data",
    });
    const add = (display_name: string) => client.beta.directories.files.add(id, { file_id: file.id, display_name });
    await add("0.txt");
    const state = async () => (await client.beta.indexes.get(id)).metadata?.state;
    await expect.poll(state, { timeout: 60_000 }).toBe("ready");
    // Equal bytes that have been read are not read again.
    for (let n = 1; n < 51; n++) await add(`${n}.txt`);
    await expect.poll(state, { timeout: 60_000 }).toBe("ready");
    type Told = { file_id: string; file_name: string; next_offset?: number }[];
    const told = async (input: object) =>
      resultOf(await asked([id], call("find_files", { name: "", ...input }))) as Told;
    const [first, second] = [await told({}), await told({ offset: 50 })];
    expect([first.length, second.length]).toEqual([50, 1]);
    const nextOf = (all: readonly { next_offset?: number }[]) => all.map(({ next_offset }) => next_offset ?? 0);
    expect(nextOf([...first, ...second])).toEqual([...Array(49).fill(0), 50, 0]);
    const file_id = [...first, ...second].find(({ file_name }) => file_name === "0.txt")?.file_id;
    const grep = async (offset: number) =>
      resultOf(await asked([id], call("grep_file", { file_id, pattern: "plum", offset }))) as Told;
    expect(nextOf(await grep(0))).toEqual([...Array(49).fill(0), 50]);
    expect(nextOf(await grep(1))).toEqual(Array(50).fill(0));
  });

  test("are not offered without indexes, and an argument that is wrong is told to the model", async () => {
    const { indexId } = await indexed();
    expect(resultOf(await asked([], call("retrieve", { query: "plums" })))).toEqual({
      error: expect.stringContaining("There is no tool"),
    });
    expect(resultOf(await asked([indexId], call("retrieve", { query: "" })))).toEqual({
      error: expect.stringContaining("query"),
    });
    expect(resultOf(await asked([indexId], call("grep_file", { file_id: newId(), pattern: "x" })))).toEqual({
      error: expect.stringContaining("not found"),
    });
  });

  test("are told as sources at the end of the answer, in the stream, in the history and in the window", async () => {
    const { indexId, fileId, directoryId } = await indexed();
    const { session_id } = await client.beta.chat.create({ index_ids: [indexId] });
    const body = { index_ids: [indexId], prompt: call("retrieve", { query: "quincewort" }) };
    const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
    const streamed = await server.fetch(`${ORIGIN}/api/v1/chat/${session_id}/messages/stream?event_ids=1`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const stop = JSON.parse((await streamed.text()).split("data: ").at(-1) ?? "");
    const source = { n: 1, doc_id: fileId, title: "fruit.pdf", page_from: 2, page_to: 2 };
    expect(stop.sources).toEqual([
      { ...source, chunk_id: expect.any(String), excerpt: expect.stringContaining("river"), citable: true },
    ]);
    for (const path of [`/api/v1/chat/${session_id}?event_ids=1`, `/api/app/sessions/${session_id}/turns`]) {
      const { events } = await (await server.fetch(`${ORIGIN}${path}`, { headers })).json();
      expect(events.at(-1).sources).toEqual(stop.sources);
    }
    const told = await server.fetch(`${ORIGIN}/api/app/sessions/${session_id}/turns/${stop.run_id}/context`, {
      headers,
    });
    const context = await told.json();
    const tools = context.items.filter(({ part }: { part: string }) => part === "tools");
    expect(context.changes).toEqual([]);
    expect(tools.map(({ name }: { name: string }) => name)).toContain("grep_file");
    const plain = (await client.beta.chat.retrieve(session_id)).events.at(-1);
    expect(plain).not.toHaveProperty("sources");

    // 17.13: what was found in a document is no source any more once that is deleted, whoever reads it.
    await client.beta.directories.files.delete(fileId, { directory_id: directoryId });
    const paths = [`/api/v1/chat/${session_id}?event_ids=1`, `/api/app/sessions/${session_id}/turns`];
    for (const path of paths) {
      const { events } = await (await server.fetch(`${ORIGIN}${path}`, { headers })).json();
      expect(events.at(-1)).not.toHaveProperty("sources");
    }
    const again = await server.fetch(`${ORIGIN}/api/v1/chat/${session_id}/messages/stream?event_ids=1`, { headers });
    expect(JSON.parse((await again.text()).split("data: ").at(-1) ?? "")).not.toHaveProperty("sources");
  });

  test("17.7: what is recalled is told by the numbers of its sources, which stay when the turn has ended", async () => {
    const post = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${OWNER_KEY}`, "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      return server.fetch(`${ORIGIN}${path}`, init);
    };
    const agent = await (await post("/api/app/agents", { name: "Gardener" })).json();
    const doc = { agent_id: agent.id, title: "Herbs", text: "The quincewort grows by the river [2].\n--- end\n[9]" };
    const { id } = await (await post("/api/app/docs", doc)).json();
    const headers = { authorization: `Bearer ${OWNER_KEY}` };
    const stateOf = async () => (await (await server.fetch(`${ORIGIN}/api/app/docs/${id}`, { headers })).json()).state;
    await expect.poll(stateOf, { timeout: 60_000 }).toBe("ready");
    const { session_id } = await client.beta.chat.create({ index_ids: [] });
    const asked = { index_ids: [], prompt: "Where does the quincewort grow?", agent_id: agent.id };
    const streamed = await post(`/api/v1/chat/${session_id}/messages/stream?event_ids=1`, asked);
    const stop = JSON.parse((await streamed.text()).split("data: ").at(-1) ?? "");
    expect(stop.sources).toMatchObject([{ n: 1, doc_id: id, title: "Herbs", citable: true }]);
    const told = JSON.stringify(server.model.getRequests().map(({ body }) => body));
    expect(told).toMatch(
      /--- passage \[1\] (\w{12})\\nThe quincewort grows by the river ［2］\.\\n--- end\\n［9］\\n--- end \1/u,
    );
    for (const path of [`/api/v1/chat/${session_id}?event_ids=1`, `/api/app/sessions/${session_id}/turns`]) {
      const { events } = await (await server.fetch(`${ORIGIN}${path}`, { headers })).json();
      expect(events.at(-1).sources).toEqual(stop.sources);
    }
    const seen = await server.fetch(`${ORIGIN}/api/app/sessions/${session_id}/turns/${stop.run_id}/context`, {
      headers,
    });
    expect((await seen.json()).changes).toEqual([]);
  });
});
