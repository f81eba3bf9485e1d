import { expect, test } from "vitest";
import { describeProvider } from "./identities.ts";

test("a provider is called what people call it, whether or not it is still offered", () => {
  const oidc = {
    kind: "oidc" as const,
    name: "Work",
    clientId: "c",
    clientSecret: "s",
    issuer: "https://id.example.org/x",
  };
  expect(describeProvider([oidc], { provider: "https://id.example.org/x" })).toEqual({ name: "Work", isOffered: true });
  expect(describeProvider([], { provider: "https://id.example.org/x" })).toEqual({
    name: "id.example.org",
    isOffered: false,
  });
  expect(describeProvider([], { provider: "github" })).toEqual({ name: "GitHub", isOffered: false });
});
