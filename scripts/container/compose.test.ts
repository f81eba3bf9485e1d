import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

const Service = z.object({
  image: z.string(),
  profiles: z.array(z.string()).length(1),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const Compose = z.object({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.null()) });
const { services, volumes } = Compose.parse(parse(read("compose.yaml"), { merge: true }));
const of = (profile: string) => Object.entries(services).filter(([, service]) => service.profiles.includes(profile));
const ours = Object.values(services).filter(({ image }) => image.includes("PARLEY_IMAGE"));

test("one profile is a server alone, the other two servers with what they share", () => {
  expect(of("one").map(([name]) => name)).toEqual(["parley"]);
  expect(of("many").map(([name]) => name)).toEqual(["parley-1", "parley-2", "caddy", "postgres", "redis"]);
});

test("our servers write in their volume and in /tmp alone, and have longer to stop than they take", () => {
  expect(ours).toHaveLength(3);
  for (const { read_only, tmpfs, cap_drop, volumes, stop_grace_period, environment } of ours) {
    expect({ read_only, tmpfs, cap_drop }).toEqual({ read_only: true, tmpfs: ["/tmp"], cap_drop: ["ALL"] });
    expect(volumes.map((volume) => volume.split(":")[1])).toEqual(["/data"]);
    expect(Number.parseInt(stop_grace_period ?? "", 10)).toBeGreaterThan(Number(environment.STOP_SECONDS));
    expect(environment).toMatchObject({ HOST: "0.0.0.0", PORT: "3000", DATA_DIR: "/data" });
  }
});

test("only the proxy, or a server alone for this machine, can be reached from outside", () => {
  const published = Object.entries(services).filter(([, { ports }]) => ports.length > 0);
  expect(published.map(([name]) => name)).toEqual(["parley", "caddy"]);
  expect(services.parley?.ports[0]).toContain("127.0.0.1:3000");
});

test("the instances share keys, database, counts and address, and believe the one proxy before them", () => {
  const [first, second] = [services["parley-1"], services["parley-2"]];
  expect(first?.environment).toEqual(second?.environment);
  expect(first?.volumes).toEqual(second?.volumes);
  expect(first?.environment).toMatchObject({ TRUSTED_PROXIES: "1", REDIS_URL: "redis://redis:6379" });
  expect(first?.environment.DATABASE_URL).toContain("@postgres:5432/parley");
  expect(first?.environment.NEXTAUTH_URL).toContain("https://");
});

test("whatever a service waits for can say that it is healthy, and every volume is named", () => {
  const awaited = Object.values(services).flatMap(({ depends_on }) => Object.keys(depends_on));
  for (const name of new Set(awaited)) {
    const service = services[name];
    expect(service?.healthcheck !== undefined || service?.image.includes("PARLEY_IMAGE")).toBe(true);
  }
  const used = Object.values(services).flatMap((service) => service.volumes.map((volume) => volume.split(":")[0]));
  const named = used.filter((volume) => !volume?.startsWith("."));
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(volumes).toSorted());
});

test("Caddy hands on to the instances by their names, and tells them when a caller leaves", () => {
  const caddyfile = read("Caddyfile");
  for (const [name] of of("many").filter(([, { image }]) => image.includes("PARLEY_IMAGE"))) {
    expect(caddyfile).toContain(`${name}:3000`);
  }
  expect(caddyfile).not.toMatch(/^\s*flush_interval/mu);
});

test("workflows ask for no secret but the token of their run, and may write packages alone", () => {
  const folder = join(root, ".github/workflows");
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), "utf8");
    const secrets = [...text.matchAll(/secrets\.(\w+)/gu)].map(([, name]) => name);
    expect(secrets.filter((name) => name !== "GITHUB_TOKEN")).toEqual([]);
    expect(parse(text).permissions).toEqual({ contents: "read" });
  }
  const { jobs } = parse(read(".github/workflows/image.yml"));
  const platforms = jobs.build.strategy.matrix.include.map(({ platform }: { platform: string }) => platform);
  expect(platforms).toEqual(["linux/amd64", "linux/arm64"]);
});
