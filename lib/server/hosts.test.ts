import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { answersTo, hostOf, isOwnOrigin } from "./hosts.ts";
import { parseSettings } from "./settings.ts";

type Environment = Readonly<Record<string, string>>;

const answers = (host: string, environment: Environment = {}, more: Environment = {}) =>
  answersTo(new Headers({ host, ...more }), parseSettings(environment));

test.each(["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "localhost", "LocalHost:8080", "127.0.0.2", "127.1:3000"])(
  "S17: with nothing set the server answers to %s",
  (host) => {
    expect(answers(host)).toBe(true);
  },
);

const STRANGE = [
  "evil.example",
  "evil.example:3000",
  "127.0.0.1.evil.example",
  "localhost.evil.example:3000",
  "evil.localhost",
  "192.0.2.7",
  "[2001:db8::7]:3000",
  "0x7f000001.evil.example",
  "localhost.",
  "localhost:3000@evil.example",
  "evil.example@localhost",
  "localhost/evil",
  "localhost evil.example",
  "localhost:3000:80",
  "[::1",
  "",
  ":3000",
];

test.each(STRANGE)('S17: with nothing set it does not answer to "%s"', (host) => {
  expect(answers(host)).toBe(false);
  // Nor does it believe what anybody may say of it.
  expect(answers(host, {}, { "x-forwarded-host": "localhost:3000" })).toBe(false);
  expect(answers("localhost:3000", { TRUSTED_PROXIES: "1" }, { "x-forwarded-host": host || "evil" })).toBe(false);
});

test("S17: names of a network are those of the settings, with any port unless one is set", () => {
  const environment = { NEXTAUTH_URL: "https://Chat.Example.org:8443/", ALLOWED_HOSTS: "parley.lan, other.lan:81" };
  const known = ["chat.example.org", "CHAT.example.org:8443", "parley.lan:3000", "parley.lan", "other.lan:81"];
  expect(known.map((host) => answers(host, environment))).toEqual(known.map(() => true));
  const strange = ["example.org", "evil.chat.example.org", "other.lan", "other.lan:82", "evil.example"];
  expect(strange.map((host) => answers(host, environment))).toEqual(strange.map(() => false));
});

test("S17: a server on every address answers to those of its machine, and to no name besides", () => {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const hosts = own.map(({ address }) =>
    address.includes(":") ? `[${address.split("%")[0]}]:3000` : `${address}:3000`,
  );
  for (const HOST of ["0.0.0.0", "::"]) {
    expect(hosts.map((host) => answers(host, { HOST }))).toEqual(hosts.map(() => true));
    expect(STRANGE.map((host) => answers(host, { HOST }))).toEqual(STRANGE.map(() => false));
  }
  expect(answers("192.168.77.5:3000", { HOST: "192.168.77.5" })).toBe(true);
  expect(answers("parley.lan:3000", { HOST: "parley.lan" })).toBe(true);
});

test("S17: what is said of the host is believed of the last trusted proxies alone", () => {
  const told = new Headers({ host: "inner:3000", "x-forwarded-host": "evil.example, chat.example.org, inner.lan" });
  const hosts = [0, 1, 2, 3, 4].map((trustedProxies) => hostOf(told, { trustedProxies }));
  expect(hosts).toEqual(["inner:3000", "inner.lan", "chat.example.org", "evil.example", "evil.example"]);
  expect(hostOf(new Headers({ host: "chat.lan" }), { trustedProxies: 1 })).toBe("chat.lan");
});

test("model servers 28: the origin of NEXTAUTH_URL is ours behind a proxy that gives its own name of us, or a port", () => {
  const isOwn = (origin: string, headers: Readonly<Record<string, string>>, more: Environment = {}) =>
    isOwnOrigin(origin, new Headers(headers), parseSettings({ NEXTAUTH_URL: "http://chat.lan", ...more }));
  expect(isOwn("http://chat.lan", { host: "127.0.0.1:3000" })).toBe(true);
  expect(isOwn("http://chat.lan", { host: "chat.lan:80" })).toBe(true);
  const twice = { host: "127.0.0.1:3000", "x-forwarded-host": "chat.lan, chat.lan" };
  expect(isOwn("http://chat.lan", twice)).toBe(true);
  expect(isOwn("http://chat.lan", twice, { TRUSTED_PROXIES: "1" })).toBe(true);
  expect(isOwn("http://chat.lan.evil.example", { host: "127.0.0.1:3000" })).toBe(false);
  expect(isOwn("https://chat.lan", { host: "127.0.0.1:3000" })).toBe(false);
});

test("S17: an Origin is ours where it is the host that was asked, or the public address behind a proxy", () => {
  const isOwn = (origin: string, host: string, environment: Environment = {}) =>
    isOwnOrigin(origin, new Headers({ host }), parseSettings(environment));
  expect(isOwn("http://localhost:3000", "localhost:3000")).toBe(true);
  expect(isOwn("http://localhost:3001", "localhost:3000")).toBe(false);
  expect(isOwn("http://127.0.0.1:3000", "localhost:3000")).toBe(false);
  expect(isOwn("http://evil.example", "evil.example")).toBe(false);
  expect(isOwn("null", "localhost:3000")).toBe(false);
  // A proxy that gives its own name of us instead of the one that people use.
  expect(isOwn("https://chat.example.org", "127.0.0.1:3000")).toBe(false);
  const behind = { NEXTAUTH_URL: "https://chat.example.org:8443" };
  expect(isOwn("https://chat.example.org:8443", "chat.example.org", behind)).toBe(true);
  expect(isOwn("http://chat.example.org:8443", "chat.example.org:8443", behind)).toBe(false);
  expect(isOwn("https://chat.example.org:8443", "evil.example", behind)).toBe(false);
  expect(isOwn("https://chat.example.org", "chat.example.org:8443", behind)).toBe(false);
  expect(isOwn("http://parley.lan", "parley.lan", { ...behind, ALLOWED_HOSTS: "parley.lan" })).toBe(true);
});
