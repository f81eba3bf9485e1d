import { expect, test } from "vitest";
import { unavailablePage } from "./unavailable-page.ts";

test("a page of a server that cannot answer lists what is counted up, and says the rest as it is", async () => {
  const listed = unavailablePage("Wrong setting: A must be set; B must be <set>.");
  expect(listed.status).toBe(503);
  const text = await listed.text();
  expect(text).toContain("<p>Wrong setting: </p>\n<ul><li>A must be set</li><li>B must be &lt;set&gt;</li></ul>");
  const plain = await unavailablePage("The database is behind. Run the migrations.").text();
  expect(plain).toContain("<p>The database is behind. Run the migrations.</p>");
  expect(plain).not.toContain("<ul>");
});
