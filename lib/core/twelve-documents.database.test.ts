import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { DocOwner } from "../domain/doc.ts";
import { makeDocx, makePdf, makeScan, makeUnicodePdf, paragraph } from "../testing/documents.ts";
import { openTestServer, type TestServer } from "../testing/server.ts";
import { getFileDoc } from "./ingest.ts";
import { uploadDocument } from "./knowledge/documents.ts";
import { lookUp } from "./knowledge/look-up.ts";
import { sourceNumbers } from "./knowledge/source-numbers.ts";
import type { Scope } from "./scope.ts";
import { knowledgeTools } from "./tools/knowledge.ts";

// Twelve documents of different kinds in one place, each asked for as a person would ask. The Arabic one was printed by
// Chromium.

const cells = (row: readonly string[]) =>
  `<w:tr>${row.map((text) => `<w:tc>${paragraph(text)}</w:tc>`).join("")}</w:tr>`;
/** A section has a piece of its own where it is of some length. */
const REST =
  "The members spoke of the weather, of the harvest and of the road to the mill, as they do each year. ".repeat(5);
const NEXT_PAGE = "<w:p><w:r><w:lastRenderedPageBreak/></w:r></w:p>";
const MINUTES = makeDocx(
  `${paragraph("Minutes of the assembly", "H1")}${paragraph(`Eleven members came to the assembly. ${REST}`)}${NEXT_PAGE}
  ${paragraph("Treasurer", "H2")}${paragraph(`Marianne Holm was elected treasurer for two years. ${REST}`)}${NEXT_PAGE}
  ${paragraph("Budget", "H2")}<w:tbl>${cells(["Item", "Amount"])}${cells(["Beehives", "840 crowns"])}</w:tbl>`,
);
const CATALOGUE = `<!doctype html><meta charset="utf-8"><title>Catalogue</title><h1>Catalogue</h1><h2>Ladders</h2>
<table><tr><th>Name</th><th>Length</th></tr><tr><td>Orchard tripod</td><td>3.2 metres</td></tr></table><h2>Saws</h2>
<table><tr><th>Name</th><th>Teeth</th></tr><tr><td>Pruning saw</td><td>7 per inch</td></tr></table>`;
const MANUAL = `# Sprinkler\n\n## Install\n\nPut the valve on the tap.\n\n## Configure\n\nSet the schedule:\n
\`\`\`ts\nconst sprinkler = openSprinkler({ valve: 3 });\nsprinkler.waterEvery("tuesday", { litres: 40 });\n\`\`\`\n`;
const STOCK = `name;shelf;pieces\n${Array.from({ length: 300 }, (_, n) => `jar ${n};B${n % 9};${n}`).join("\n")}\nquince jelly;C7;23\n`;
const CODE = `def ripeness(fruit):\n    """How ripe a fruit is, from its sugar in brix."""\n    return fruit.brix / 14\n`;
const JAPANESE = "図書館は駅の前にあります。\n\n営業時間は九時から五時までです。月曜日は休みです。\n";
const KOREAN = "<h1>과수원</h1><p>사과는 구월에 수확합니다.</p><p>배는 시월에 시장에서 팝니다.</p>";
/** In Windows' encoding of Cyrillic: each letter is a byte. */
const RUSSIAN = Buffer.from("Маяк построили рыбаки в тысяча восемьсот седьмом году.", "utf8");
const LONG = `${Array.from({ length: 125_000 }, (_, n) => `Entry ${n} of the ledger is of no interest.`.padEnd(39, ".")).join("\n")}`;
const LONG_END = "\nThe lighthouse keeper Ansgar left his telescope to the school.\n";

type Given = {
  readonly name: string;
  readonly bytes: Buffer;
  readonly question: string;
  readonly says: string;
  /** The page that is cited; null: it has none. */
  readonly page: number | null;
};

const DOCUMENTS: readonly Given[] = [
  {
    name: "museum.pdf",
    bytes: makePdf([
      "The museum\nIt was built by sailors.",
      "Tickets\nChildren pay nothing.",
      "Hours\nThe museum is closed on Mondays.",
    ]),
    question: "On which day is the museum closed?",
    says: "closed on Mondays",
    page: 3,
  },
  {
    name: "orchard-ar.pdf",
    bytes: readFileSync(join(import.meta.dirname, "../ingest/fixtures/orchard-ar.pdf")),
    question: "متى يبدأ حصاد الزيتون؟",
    says: "حصاد الزيتون في شهر نوفمبر",
    page: 3,
  },
  {
    name: "orchard-zh.pdf",
    bytes: makeUnicodePdf([
      "果园指南",
      "梨树在四月开花，花期约两周。",
      "樱桃在六月成熟，由村民采摘。",
      "冬季修剪果树。",
    ]),
    question: "樱桃什么时候成熟？",
    says: "樱桃在六月成熟",
    page: 3,
  },
  { name: "minutes.docx", bytes: MINUTES, question: "Who was elected treasurer?", says: "Marianne Holm", page: 2 },
  {
    name: "catalogue.html",
    bytes: Buffer.from(CATALOGUE),
    question: "How long is the orchard tripod?",
    says: "3.2 metres",
    page: null,
  },
  {
    name: "sprinkler.md",
    bytes: Buffer.from(MANUAL),
    question: "How do I call waterEvery of the sprinkler?",
    says: 'waterEvery("tuesday"',
    page: null,
  },
  {
    name: "stock.csv",
    bytes: Buffer.from(STOCK),
    question: "On which shelf is the quince jelly?",
    says: "quince jelly;C7;23",
    page: null,
  },
  {
    name: "ripeness.py",
    bytes: Buffer.from(CODE),
    question: "How is ripeness computed from brix?",
    says: "brix / 14",
    page: null,
  },
  {
    name: "library-ja.txt",
    bytes: Buffer.from(`\uFEFF${JAPANESE}`, "utf16le"),
    question: "営業時間は何時からですか",
    says: "九時から",
    page: null,
  },
  {
    name: "orchard-ko.html",
    bytes: Buffer.from(KOREAN),
    question: "사과는 언제 수확합니까?",
    says: "구월에 수확",
    page: null,
  },
  { name: "lighthouse-ru.txt", bytes: RUSSIAN, question: "Кто построил маяк?", says: "построили рыбаки", page: null },
  {
    name: "ledger.txt",
    bytes: Buffer.from(LONG.slice(0, 5_000_000 - LONG_END.length) + LONG_END),
    question: "To whom did the lighthouse keeper leave his telescope?",
    says: "telescope to the school",
    page: null,
  },
];

vi.setConfig({ testTimeout: 60_000 });
let server: TestServer;
let scope: Scope;
let project: DocOwner;
beforeAll(async () => {
  server = await openTestServer();
  scope = { ...server.parley.ports, accountId: server.parley.ownerId, via: "key" };
  const { id } = await scope.database.prisma.project.findFirstOrThrow({ where: { accountId: scope.accountId } });
  project = { role: "project", id };
  const added = [];
  for (const { name, bytes } of DOCUMENTS) added.push(await ingest(name, bytes));
  for (const { id: docId, title } of added) {
    expect(await ended(docId), title).toMatchObject({ state: "ready", reason: "" });
  }
}, 300_000);
afterAll(() => server.close());

function ingest(name: string, content: Buffer) {
  const bytes = async function* () {
    yield content;
  };
  return uploadDocument(scope, project, { name, mediaType: "", bytes: bytes(), announced: content.length });
}

const ended = (id: string) =>
  vi.waitFor(async () => {
    const doc = await getFileDoc(scope, id);
    expect(doc.state).not.toBe("pending");
    return doc;
  }, 240_000);

const within = () => ({ projectIds: [project.id] });

describe("17, figure 1", () => {
  test.each(DOCUMENTS)("$name answers a question, and is cited to its page", async ({ name, question, says, page }) => {
    const { hits } = await lookUp(scope, within(), question, { limit: 3, isAsked: false });
    expect(hits[0]).toMatchObject({ title: name, text: expect.stringContaining(says) });
    expect(hits[0]?.pageFrom ?? null).toBe(page);
    // The same as a model is told of it, by which its answer cites.
    const retrieve = knowledgeTools(scope, within(), sourceNumbers())[0];
    const told = await retrieve?.run?.({ query: question, top_k: 1 }, AbortSignal.timeout(30_000));
    const place = { page_range_start: page, page_range_end: page };
    expect(told).toMatchObject([{ n: 1, metadata: { file_name: name }, static_fields: place }]);
  });

  test("a scanned page says that it has no text, and is found by nothing", async () => {
    const scan = await ended((await ingest("scan.pdf", makeScan(1))).id);
    expect(scan).toMatchObject({ state: "failed", reason: expect.stringMatching(/no text: its pages are pictures/u) });
    const { hits } = await lookUp(scope, within(), "scan.pdf", { limit: 50, isAsked: false });
    expect(hits.map(({ title }) => title)).not.toContain("scan.pdf");
  });
});
