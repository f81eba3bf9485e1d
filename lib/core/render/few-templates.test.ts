import { expect, test } from "vitest";
import { fewTemplates } from "./few-templates.ts";

test("S16: a request has sixteen templates rendered, and as many plain texts as it likes", async () => {
  const sent: string[] = [];
  const render = fewTemplates(async (source) => {
    sent.push(source);
    return "";
  });
  for (let n = 0; n < 100; n++) await render("{plain}", {});
  for (let n = 0; n < 16; n++) await render("{{ n }}", {});
  await expect(render("{% if n %}{% endif %}", {})).rejects.toMatchObject({ code: "bad-request" });
  expect(sent).toHaveLength(116);
});
