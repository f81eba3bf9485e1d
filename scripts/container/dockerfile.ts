/** One line of a Dockerfile: what to do, and with what. */
export type Instruction = { readonly name: string; readonly text: string };

/** One stage: what it is called, and its lines after FROM. */
export type Stage = { readonly name: string; readonly instructions: readonly Instruction[] };

/**
 * Reads the stages of a Dockerfile. Comments are left out, and lines that end with a backslash go on with the next one.
 */
export function stagesOf(source: string): Stage[] {
  const lines = source
    .split("\n")
    .filter((line) => !/^\s*#/u.test(line))
    .join("\n")
    .replaceAll(/\\\n/gu, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const stages: { name: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = "", text = ""] = /^(\w+)\s+(.*)$/u.exec(line) ?? [];
    if (name.toUpperCase() === "FROM") {
      stages.push({ name: /\sAS\s+(\S+)$/iu.exec(text)?.[1] ?? String(stages.length), instructions: [] });
    } else stages.at(-1)?.instructions.push({ name: name.toUpperCase(), text });
  }
  return stages;
}

/** The words of a COPY: where from, when it is another stage; what; and where to. Other options are not known here. */
export function copyOf(text: string): {
  readonly from: string | null;
  readonly sources: string[];
  readonly target: string;
} {
  const words = text.split(/\s+/u);
  const options = words.filter((word) => word.startsWith("--"));
  const strange = options.find((option) => !option.startsWith("--from="));
  if (strange !== undefined) throw new Error(`COPY ${strange} is not known here`);
  const paths = words.filter((word) => !word.startsWith("--"));
  const target = paths.pop() ?? "";
  return { from: options[0]?.slice("--from=".length) ?? null, sources: paths, target };
}

/** The variables of all ENV lines, without quotes. */
export function environmentOf({ instructions }: Stage): Record<string, string> {
  const pairs = instructions
    .filter(({ name }) => name === "ENV")
    .flatMap(({ text }) => text.split(/\s+/u))
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  return Object.fromEntries(pairs);
}

/** The command of the last CMD, or of the last HEALTHCHECK: in the form of a list. */
export function commandOf({ instructions }: Stage, name: "CMD" | "HEALTHCHECK"): string[] {
  const text = instructions.findLast((one) => one.name === name)?.text ?? "";
  return JSON.parse(text.slice(text.indexOf("[")));
}
