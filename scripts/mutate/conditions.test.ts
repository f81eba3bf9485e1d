import { expect, test } from "vitest";
import { conditionsIn, without } from "./conditions.ts";

/** What is found in a source: where, what, and the source without it. */
const found = (source: string) =>
  conditionsIn(source).map((condition) => ({ ...condition, left: without(source, condition) }));

test("a condition in SQL becomes true, and its parameter keeps its type", () => {
  const source = 'const FIND_THING = statement(`select 1 from "T" where id = $1 and t."accountId" = $2::uuid`);';
  expect(found(source)).toMatchObject([
    {
      statement: "FIND_THING",
      text: 't."accountId" = $2::uuid',
      left: source.replace('t."accountId" = $2::uuid', '(t."accountId" = $2::uuid or true)'),
    },
  ]);
});

test.each([
  ["where ", '"accountId" = $1', ""],
  ['join "B" b on ', 'b."accountId" = a."accountId"', ""],
  ["(", '"accountId" = any($1::uuid[])', ")"],
  ["where s.id = $1 and ", `s."accountId" = any(${"$"}{unseen("$2", "uuid[]")})`, " limit 1"],
])("%s%s%s has one condition", (before, condition, after) => {
  const source = (sql: string) => `const A = \`${before}${sql}${after}\`;`;
  expect(found(source(condition)).map(({ left }) => left)).toEqual([source(`(${condition} or true)`)]);
});

test("what a statement writes is no condition", () => {
  expect(found('const A = `update "T" set "accountId" = $1 where id = $2`;')).toEqual([]);
});

test.each([
  ["prisma.t.findMany({ where: { accountId, id } })", "prisma.t.findMany({ where: {  id } })"],
  ["prisma.t.findMany({ where: { id, accountId: owner.id } })", "prisma.t.findMany({ where: { id, } })"],
  ["const where = { id, OR: [{ accountId: f({ a, b }), x }] };", "const where = { id, OR: [{  x }] };"],
])("%s loses its field, with the comma", (source, left) => {
  expect(found(source).map((condition) => condition.left.replace(/\s+\}/gu, " }"))).toEqual([left]);
});

test("the account that a row is made with is no condition", () => {
  expect(found("prisma.t.create({ data: { accountId, id }, select: { accountId: true } })")).toEqual([]);
});

test("a comment is no condition", () => {
  expect(found('// where "accountId" = $1\n/**\n * where "accountId" = $1\n */')).toEqual([]);
});

test("each is told with the line and the function it stands in, in order", () => {
  const source = [
    "export async function first() {",
    "  return prisma.t.count({ where: { accountId } });",
    "}",
    "const SECOND = `",
    '  select 1 where "accountId" = $1`;',
  ].join("\n");
  expect(found(source)).toMatchObject([
    { statement: "first", line: 2 },
    { statement: "SECOND", line: 5 },
  ]);
});
