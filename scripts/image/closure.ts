import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * What files need, by following what they import: `files` of ours as paths from the root, `packages` as they are named.
 */
export type Closure = { readonly files: readonly string[]; readonly packages: readonly string[] };

/** Follows static imports, and those of `import("…")`, from some files of `root`. Types alone need nothing. Sorted. */
export function closureOf(root: string, entries: readonly string[]): Closure {
  const files = new Set<string>(entries);
  const packages = new Set<string>();
  for (const file of files) {
    for (const specifier of importsOf(readFileSync(join(root, file), "utf8"))) {
      if (specifier.startsWith("node:")) continue;
      if (!specifier.startsWith(".")) packages.add(specifier);
      else files.add(found(root, join(dirname(file), specifier)));
    }
  }
  return { files: [...files].toSorted(), packages: [...packages].toSorted() };
}

/** Node takes a path as it stands; generated code may leave the ending to others. */
function found(root: string, path: string): string {
  const there = [path, `${path}.ts`, join(path, "index.ts")].find(
    (one) => /\.\w+$/u.test(one) && existsSync(join(root, one)),
  );
  if (there === undefined) throw new Error(`${path} is imported and not there`);
  return there;
}

function importsOf(source: string): string[] {
  const code = source.replaceAll(/^\s*(?:\/\/.*|\/?\*.*)$/gmu, "");
  const statements = code.matchAll(
    /^(?:import|export)\s+(?:(type)\s+)?(?:([\w*{}\s,$]+?)\s+from\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gmu,
  );
  return [...statements].flatMap(([, type, bindings = "", still, later]) => {
    const specifier = still ?? later;
    return specifier === undefined || type === "type" || areAllTypes(bindings) ? [] : [specifier];
  });
}

function areAllTypes(bindings: string): boolean {
  const names = /^\{([^}]*)\}$/u.exec(bindings.trim())?.[1]?.split(",") ?? [];
  const given = names.map((name) => name.trim()).filter((name) => name !== "");
  return given.length > 0 && given.every((name) => name.startsWith("type "));
}
