import { expect, test } from "vitest";
import { loggedPath } from "./logged-path.ts";

const ID = "01920000-0000-7000-8000-000000000000";

test.each<[path: string, params: object | undefined, logged: string]>([
  ["/v1/bots/my-bot", { bot: "my-bot" }, "/v1/bots/{bot}"],
  ["/v1/bots/bots", { bot: "bots" }, "/v1/bots/{bot}"],
  [`/v1/bots/${ID}`, { bot: ID }, `/v1/bots/${ID}`],
  ["/v1/bots/M%C3%BCller%2Fx", { bot: "Müller/x" }, "/v1/bots/{bot}"],
  ["/v1/bots/%ff", { bot: "%ff" }, "/v1/bots/{bot}"],
  [`/api/agents/${ID}/secret/${ID}`, { rest: ["agents", ID, "secret", ID] }, `/api/{rest}/${ID}/{rest}/${ID}`],
  ["/api/models/a/b", { model: "a/b" }, "/api/models/{model}/{model}"],
  ["/api/agents", {}, "/api/agents"],
  ["/api/agents", undefined, "/api/agents"],
])("%s is logged without what a caller wrote", async (path, params, logged) => {
  const request = new Request(`http://parley.test${path}?q=secret`);
  expect(await loggedPath(request, { params: params && Promise.resolve({ ...params }) })).toBe(logged);
});
