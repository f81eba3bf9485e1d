import { expect, test } from "vitest";
import { secretsOf } from "./secrets.ts";
import { parseSettings } from "./settings.ts";

test("each secret of the settings is known, as it stands in an address and decoded", () => {
  const environment = {
    OPENAI_API_KEY: "secret of openai",
    PARLEY_API_KEY: "secret of parley, and of nothing else",
    NEXTAUTH_SECRET: "secret of the cookies, and of nothing else",
    DATABASE_URL: "postgresql://me:secret%20of%20database@db.test/name?sslpassword=secret-of-tls",
    REDIS_URL: "redis://:secret-of-redis@redis.test",
    GITHUB_CLIENT_ID: "id",
    GITHUB_CLIENT_SECRET: "secret of github",
    OIDC_ISSUER: "https://login.test",
    OIDC_CLIENT_ID: "id",
    OIDC_CLIENT_SECRET: "secret of oidc",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.test",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=secret%20of%20otel,x-team=secret-of-team",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "api-key=secret-of-traces",
  };
  const secrets = secretsOf(parseSettings(environment), environment);
  const wanted = "openai|parley, and of nothing else|the cookies, and of nothing else|database|github|oidc|otel"
    .split("|")
    .map((one) => `secret of ${one}`);
  const joined = "tls|redis|team|traces".split("|").map((one) => `secret-of-${one}`);
  expect(secrets).toEqual(expect.arrayContaining([...wanted, ...joined, "secret%20of%20database"]));
});
