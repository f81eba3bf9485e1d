import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandOf, copyOf, environmentOf, stagesOf } from "./dockerfile.ts";

const source = readFileSync(join(import.meta.dirname, "../../Dockerfile"), "utf8");

test("a Dockerfile is read by stages, without comments and with lines that go on", () => {
  const stages = stagesOf(`FROM a AS build
# not this
RUN one && \\
    two
FROM b
COPY --from=build /x /y ./
ENV A=1 B=two
CMD ["node", "x"]
`);
  expect(stages.map(({ name }) => name)).toEqual(["build", "1"]);
  expect(stages[0]?.instructions).toEqual([{ name: "RUN", text: "one &&      two" }]);
  expect(stages[1] && environmentOf(stages[1])).toEqual({ A: "1", B: "two" });
  expect(stages[1] && commandOf(stages[1], "CMD")).toEqual(["node", "x"]);
  expect(copyOf("--from=build /x /y ./")).toEqual({ from: "build", sources: ["/x", "/y"], target: "./" });
  expect(() => copyOf("--chown=a:b /x /y")).toThrow("--chown=a:b is not known here");
});

test("our image starts as a user of its own, with nothing to build and less time to stop than Docker gives", () => {
  const image = stagesOf(source).at(-1);
  if (!image) throw new Error("No stage");
  const names = image.instructions.map(({ name }) => name);
  expect(image.instructions.find(({ name }) => name === "USER")?.text).toBe("node");
  expect(names.indexOf("USER")).toBeLessThan(names.indexOf("CMD"));
  expect(Number(environmentOf(image).STOP_SECONDS)).toBeLessThan(10);
  expect(commandOf(image, "CMD")).toEqual(["node", "scripts/start.mjs"]);
  expect(commandOf(image, "HEALTHCHECK")[0]).toBe("node");
});
