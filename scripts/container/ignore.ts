/**
 * What a `.dockerignore` leaves out, as a question about paths from its folder: the last line that fits counts, and one
 * with "!" takes a path in again. A line fits what lies below it, too. Knows `*`, `?` and `**`.
 */
export function ignoredBy(source: string): (path: string) => boolean {
  const rules = source
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ isIn: line.startsWith("!"), pattern: patternOf(line.replace(/^!/u, "")) }));
  return (path) => {
    const rule = rules.findLast(({ pattern }) => pattern.test(path));
    return rule !== undefined && !rule.isIn;
  };
}

function patternOf(glob: string): RegExp {
  const bare = glob.replace(/^\/|\/$/gu, "").replaceAll(/[.+^${}()|[\]\\]/gu, "\\$&");
  const pattern = bare.replaceAll(/\*\*\/|\*\*|\*|\?/gu, (part) => {
    if (part === "**/") return "(?:.*/)?";
    return part === "**" ? ".*" : part === "*" ? "[^/]*" : "[^/]";
  });
  return new RegExp(`^${pattern}(?:/.*)?$`, "u");
}
