import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";

const PAGE = `<!doctype html>
<html lang="en">
<title>Diagrams</title>
<body>
<script src="/drawing/diagrams.js"></script>
</body>
</html>
`;

/**
 * Makes the files that draw formulas and diagrams, in public/drawing: each is a package as it is published with our few
 * lines behind it, so that it needs nothing else and may be forbidden everything.
 */
export function makeDrawing(root: string): void {
  const { emitWarning } = process;
  // Node says at each use that taking types out is new; nobody who installs can do anything about it.
  process.emitWarning = () => {};
  try {
    makeIn(root);
  } finally {
    process.emitWarning = emitWarning;
  }
}

function makeIn(root: string): void {
  const folder = join(root, "public/drawing");
  mkdirSync(folder, { recursive: true });
  const make = (name: string, packed: string) => {
    const file = join(root, "node_modules", packed);
    if (!existsSync(file)) return console.log(`Without ${packed}, what it draws stays as its source.`);
    const ours = stripTypeScriptTypes(readFileSync(join(root, "scripts/drawing", `${name}.ts`), "utf8")).replace(
      "export {};",
      "",
    );
    writeFileSync(join(folder, `${name}.js`), `${readFileSync(file, "utf8")}\n;{\n${ours}\n}\n`);
  };
  make("formulas", "katex/dist/katex.min.js");
  make("diagrams", "@mermaid-js/tiny/dist/mermaid.tiny.js");
  writeFileSync(join(folder, "diagrams.html"), PAGE);
}
