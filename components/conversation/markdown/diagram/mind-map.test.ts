import fc from "fast-check";
import { expect, test } from "vitest";
import { mindMapAsFlowchart } from "./mind-map";

test("16: a mind map is drawn as a flowchart from its root", () => {
  const source = `%% of trees
mindmap
  root((Trees))
    Broad leaves
      ::icon(fa fa-leaf)
      oak["The \`oak\` #1"]
      {{Beech}}
    Needles
      )Fir(
    :::big`;
  expect(mindMapAsFlowchart(source)?.split("\n")).toEqual([
    "flowchart LR",
    'n0(("Trees"))',
    'n1("Broad leaves")',
    'n2["The #96;oak#96; #35;1"]',
    'n3{{"Beech"}}',
    'n4("Needles")',
    'n5(["Fir"])',
    "n0 --- n1",
    "n1 --- n2",
    "n1 --- n3",
    "n0 --- n4",
    "n4 --- n5",
  ]);
});

test.each(["", "mindmap", "mindmap\n\n", "flowchart LR\na --> b", "mindmaps\n a", "graph TD\nmindmap"])(
  "16: %j is no mind map",
  (source) => {
    expect(mindMapAsFlowchart(source)).toBeNull();
  },
);

test("16: whatever a mind map says is the text of one node on its line, and nothing else", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 8 }), (texts) => {
      const lines = texts.map((text) => `  x${text.replaceAll(/[\n\r\u2028\u2029]/gu, " ")}`);
      const drawn = mindMapAsFlowchart(["mindmap", ...lines].join("\n"))?.split("\n") ?? [];
      const nodes = drawn.filter((line) => /^n\d+[([{]/u.test(line));
      for (const node of nodes) expect(node.match(/"/gu)).toHaveLength(2);
      expect(nodes.length + 1).toBe(drawn.filter((line) => !line.includes(" --- n")).length);
    }),
  );
});
