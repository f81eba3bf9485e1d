import { expect, test } from "vitest";
import { parseSettings } from "./settings.ts";

test("nothing set is a server for this machine, open to visitors", () => {
  expect(parseSettings({})).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    dataDir: "./data",
    databaseUrl: undefined,
    logLevel: "info",
    guests: true,
    signUp: true,
  });
});

test("a blank setting counts as unset", () => {
  const blank = { PORT: "", HOST: " ", DATABASE_URL: "", OPENAI_BASE_URL: " ", GUESTS: "", LOG_LEVEL: "" };
  expect(parseSettings(blank)).toEqual(parseSettings({}));
});

test("S7: what holds strangers is on unless it is turned off", () => {
  const names = ["guestsPerHour", "guestTurnsPerMinute", "guestTurnsPerHour", "strangerTurnsPerMinute"] as const;
  const limits = ({ botTokensPerDay, ...settings }: ReturnType<typeof parseSettings>) => [
    ...names.map((name) => settings[name]),
    botTokensPerDay,
  ];
  expect(limits(parseSettings({}))).toEqual([20, 10, 60, 10, 200_000]);
  const off = {
    GUESTS_PER_HOUR: "off",
    GUEST_TURNS_PER_MINUTE: "Off",
    GUEST_TURNS_PER_HOUR: " off ",
    STRANGER_TURNS_PER_MINUTE: "3",
    BOT_TOKENS_PER_DAY: "",
  };
  expect(limits(parseSettings(off))).toEqual([undefined, undefined, undefined, 3, 200_000]);
});

test.each([
  ["GUESTS_PER_HOUR", "0"],
  ["GUESTS_PER_HOUR", "none"],
  ["BOT_TOKENS_PER_DAY", "1.5"],
  ["SERVER_TOKENS_PER_DAY", "-1"],
  ["PORT", "abc"],
  ["PORT", "70000"],
  ["PORT", "-1"],
  ["PORT", "80.5"],
  ["DATABASE_URL", "mysql://localhost/x"],
  ["DATABASE_URL", "nonsense"],
  ["DATABASE_URL_UNPOOLED", "mysql://localhost/x"],
  ["DIRECT_URL", "nonsense"],
  ["DATABASE_POOLED", "maybe"],
  ["MIGRATE", "never"],
  ["BACKUP_HOURS", "-1"],
  ["BACKUP_HOURS", "0.5"],
  ["BACKUPS_KEPT", "0"],
  ["REDIS_URL", "http://localhost:6379"],
  ["OPENAI_BASE_URL", "localhost:11434"],
  ["OPENAI_BASE_URL", "file:///etc/passwd"],
  ["PARLEY_API_KEY", "short"],
  ["PARLEY_API_KEY", "S24: no 24 characters.."],
  ["NEXTAUTH_SECRET", "short"],
  ["NEXTAUTH_URL", "chat.example.org"],
  ["NEXTAUTH_URL", "https://model-servers-29.example/parley"],
  ["LOG_LEVEL", "loud"],
  ["STOP_SECONDS", "0"],
  ["STOP_SECONDS", "soon"],
  ["ALLOWED_HOSTS", "https://chat.example.org"],
  ["ALLOWED_HOSTS", "*.example.org"],
  ["ALLOWED_HOSTS", "*"],
  ["OUTBOUND_ALLOW", "http://search.example"],
  ["OUTBOUND_ALLOW", "search.example/path"],
  ["OUTBOUND_ALLOW", "10.0.0.0/8"],
  ["OUTBOUND_ALLOW", "*.example"],
  ["OUTBOUND_ALLOW", "search.example."],
  ["OUTBOUND_ALLOW", "search.example:"],
  ["OUTBOUND_ALLOW", "search.example:0"],
  ["OUTBOUND_ALLOW", "search.example:70000"],
  ["OUTBOUND_ALLOW", "search.example:http"],
  ["OUTBOUND_ALLOW", "user@search.example"],
  ["OUTBOUND_ALLOW", "search.example wiki.example"],
  ["OUTBOUND_ALLOW", "::1"],
  ["OUTBOUND_ALLOW", "999.1.1.1"],
  ["OUTBOUND_ALLOW", "search.example,*"],
  ["GUESTS", "maybe"],
  ["SIGN_UP", "2"],
])("%s=%s is refused in one sentence that names the setting and says what it may be", (name, value) => {
  expect(() => parseSettings({ [name]: value })).toThrow(new RegExp(`^Wrong setting: ${name} must [^;]*\\.$`, "u"));
});

test("a wrong secret is not repeated", () => {
  expect(() => parseSettings({ PARLEY_API_KEY: "hush", NEXTAUTH_SECRET: "hush hush" })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining("hush") }),
  );
});

test("all wrong settings are named at once", () => {
  expect(() => parseSettings({ PORT: "x", GUESTS: "x" })).toThrow(/PORT .*; GUESTS /u);
});

test("27: a base URL needs no model: its server's list gives one", () => {
  expect(parseSettings({ OPENAI_BASE_URL: "http://localhost:11434/v1" }).openai.model).toBeUndefined();
});

test("25: a base URL may have a version in its query", () => {
  const baseUrl = "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21";
  expect(parseSettings({ OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: "m" }).openai.baseUrl).toBe(baseUrl);
});

test("26: waits for the model server are given in seconds", () => {
  const { modelWaits } = parseSettings({ MODEL_FIRST_WAIT: "1200", MODEL_SILENCE_WAIT: "0.5e2" });
  expect(modelWaits).toEqual({ firstMs: 1_200_000, silenceMs: 50_000, totalMs: undefined });
  expect(() => parseSettings({ MODEL_TOTAL_WAIT: "0" })).toThrow("MODEL_TOTAL_WAIT must be a number of seconds");
});

test.each([
  ["localhost", true],
  ["::1", true],
  ["127.0.0.2", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.168.1.5", false],
  ["127.0.0.1.example.org", false],
])("a server on %s is open to visitors unasked: %s", (HOST, isOpen) => {
  expect(parseSettings({ HOST })).toMatchObject({ guests: isOpen, signUp: isOpen });
});

const PUBLIC = { NEXTAUTH_URL: "https://chat.example.org" };
const NEEDED_ON_VERCEL = {
  DATABASE_URL: "postgresql://db.example/parley",
  PARLEY_API_KEY: "a key of the owner for tests",
  NEXTAUTH_SECRET: "a secret for tests",
  CRON_SECRET: "a secret for tests",
};
const LOCAL = { NEXTAUTH_URL: "http://localhost:3000" };

test.each<readonly [string, Readonly<Record<string, string>>, boolean]>([
  ["loopback addresses alone", LOCAL, true],
  ["a loopback address in brackets", { NEXTAUTH_URL: "http://[::1]:3000" }, true],
  ["a public address", PUBLIC, false],
  ["a public address without https", { NEXTAUTH_URL: "http://chat.lan" }, false],
  ["a name that only begins like a loopback address", { NEXTAUTH_URL: "http://127.0.0.1.example.org" }, false],
  ["a loopback HOST with a public address", { ...PUBLIC, HOST: "127.0.0.1" }, false],
  ["every address", { ...LOCAL, HOST: "0.0.0.0" }, false],
  ["a trusted proxy", { TRUSTED_PROXIES: "1" }, false],
  ["a name of a network", { ALLOWED_HOSTS: "parley.lan" }, false],
  ["another loopback name", { ALLOWED_HOSTS: "localhost:8080" }, true],
  ["Vercel", { VERCEL: "1", ...NEEDED_ON_VERCEL }, false],
  ["Kubernetes", { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, false],
  ["Next's own start, which listens everywhere", { __NEXT_PRIVATE_ORIGIN: "http://localhost:3000" }, false],
  ["Next's own start, whatever HOST is", { HOST: "127.0.0.1", __NEXT_PRIVATE_ORIGIN: "http://localhost:3000" }, false],
  ["Next's own start on every address of IPv6", { __NEXT_PRIVATE_ORIGIN: "http://[::1]:3000" }, false],
  ["Next's own start on a network address", { __NEXT_PRIVATE_ORIGIN: "http://192.168.1.5:3000" }, false],
  ["Next's own start on a loopback address", { __NEXT_PRIVATE_ORIGIN: "http://127.0.0.1:3000" }, true],
  [
    "npm start on localhost",
    { HOST: "localhost", PARLEY_BOUND_HOST: "localhost", __NEXT_PRIVATE_ORIGIN: "http://localhost:3000" },
    true,
  ],
])("S5: with %s, strangers come in unasked: %s %s", (_, environment, isOpen) => {
  expect(parseSettings(environment)).toMatchObject({ guests: isOpen, signUp: isOpen });
  // What somebody has set holds.
  expect(parseSettings({ ...environment, GUESTS: "on", SIGN_UP: "off" })).toMatchObject({
    guests: true,
    signUp: false,
  });
  expect(parseSettings({ ...environment, GUESTS: "off", SIGN_UP: "on" })).toMatchObject({
    guests: false,
    signUp: true,
  });
});

test.each([
  ["on", true],
  ["TRUE", true],
  ["1", true],
  ["Off", false],
  ["false", false],
  ["0", false],
])("GUESTS=%s means %s, wherever the server listens", (GUESTS, guests) => {
  expect(parseSettings({ HOST: "0.0.0.0", GUESTS }).guests).toBe(guests);
  expect(parseSettings({ HOST: "localhost", GUESTS }).guests).toBe(guests);
});

test("no private host may be requested unasked", () => {
  expect(parseSettings({}).outboundAllow).toEqual([]);
  expect(parseSettings({ OUTBOUND_ALLOW: " " }).outboundAllow).toEqual([]);
});

test.each([
  ["search.example", ["search.example"]],
  ["Search.Example:8080, wiki ,", ["search.example:8080", "wiki"]],
  ["10.0.0.5:080", ["10.0.0.5:80"]],
  ["127.1", ["127.0.0.1"]],
  ["[0::1]:9000,[fd00::5]", ["[::1]:9000", "[fd00::5]"]],
  ["bücher.example", ["xn--bcher-kva.example"]],
])("OUTBOUND_ALLOW=%s is read as URLs spell hosts", (OUTBOUND_ALLOW, outboundAllow) => {
  expect(parseSettings({ OUTBOUND_ALLOW })).toMatchObject({ outboundAllow });
});

test("who vouches for people is set with a client and its secret, an issuer with both", () => {
  expect(parseSettings({}).vouchers).toEqual([]);
  const client = { clientId: "id", clientSecret: "secret" };
  const github = { GITHUB_CLIENT_ID: "id", GITHUB_CLIENT_SECRET: "secret" };
  expect(parseSettings(github).vouchers).toEqual([{ kind: "github", name: "GitHub", ...client }]);
  const oidc = { OIDC_ISSUER: "https://login.test", OIDC_CLIENT_ID: "id", OIDC_CLIENT_SECRET: "secret" };
  expect(parseSettings(oidc).vouchers).toEqual([
    { kind: "oidc", name: "login.test", ...client, issuer: "https://login.test" },
  ]);
  expect(parseSettings({ ...oidc, OIDC_NAME: "Example ID" }).vouchers[0]?.name).toBe("Example ID");
});

test.each([
  [{ GITHUB_CLIENT_ID: "id" }, "GITHUB_CLIENT_SECRET must be set with GITHUB_CLIENT_ID"],
  [{ GOOGLE_CLIENT_SECRET: "secret" }, "GOOGLE_CLIENT_ID must be set with GOOGLE_CLIENT_SECRET"],
  [{ OIDC_ISSUER: "https://login.test" }, "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set together"],
  [{ OIDC_CLIENT_ID: "id", OIDC_CLIENT_SECRET: "s" }, "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set"],
])("%o stops the start", (environment, sentence) => {
  expect(() => parseSettings(environment)).toThrow(sentence);
});

test.each([
  ["OPENAI_BASE_URL", "http://me:whisper@localhost:11434/v1"],
  ["OPENAI_BASE_URL", "http://localhost:11434/v1?key=whisper"],
  ["NEXTAUTH_URL", "https://me:whisper@chat.example.org"],
  ["OIDC_ISSUER", "https://whisper@login.example.org"],
])("%s with a secret in its address stops the start with a sentence that does not repeat it: %s", (name, value) => {
  const client = {
    OPENAI_MODEL: "m",
    OIDC_CLIENT_ID: "id",
    OIDC_CLIENT_SECRET: "s",
    OIDC_ISSUER: "https://login.test",
  };
  const start = () => parseSettings({ ...client, [name]: value });
  expect(start).toThrow(`Wrong setting: ${name} must hold no user name, password, query or fragment`);
  expect(start).not.toThrow("whisper");
});

test("migrations are the deploy's on Vercel or where MIGRATE says so, on a direct address where one is set", () => {
  expect(parseSettings({}).migratesAtStart).toBe(true);
  expect(parseSettings({ VERCEL: "1", ...NEEDED_ON_VERCEL }).migratesAtStart).toBe(false);
  expect(parseSettings({ VERCEL: "1", ...NEEDED_ON_VERCEL, MIGRATE: "start" }).migratesAtStart).toBe(true);
  expect(parseSettings({ MIGRATE: "deploy" }).migratesAtStart).toBe(false);
  const [unpooled, direct] = ["postgresql://a@h:5432/d", "postgres://b@h:5432/d"];
  expect(parseSettings({ DATABASE_URL_UNPOOLED: unpooled, DIRECT_URL: direct }).directUrl).toBe(unpooled);
  expect(parseSettings({ DIRECT_URL: direct }).directUrl).toBe(direct);
  expect([undefined, "on", "off"].map((DATABASE_POOLED) => parseSettings({ DATABASE_POOLED }).isPooled)).toEqual([
    undefined,
    true,
    false,
  ]);
});

test("snapshots are in DATA_DIR unless BACKUP_DIR says where, every six hours, and off at 0", () => {
  expect(parseSettings({ DATA_DIR: "/d" }).backups).toEqual({ dir: "/d/backups", everyHours: 6, kept: 7 });
  const set = { BACKUP_DIR: "/b", BACKUP_HOURS: "0", BACKUPS_KEPT: "30" };
  expect(parseSettings(set).backups).toEqual({ dir: "/b", everyHours: 0, kept: 30 });
});
