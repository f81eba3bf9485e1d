import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { look } from "./look.ts";
import { startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;
test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

const HANDBOOK = join(import.meta.dirname, "../lib/ingest/fixtures/handbook.pdf");
/** A name that is a page to whoever takes it for one, of what is no PDF. */
const HOSTILE = {
  name: "<img src=x onerror=alert(1)>.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from("no PDF"),
};

/** A passage of the handbook is open, on its page; Escape closes it, and gives the focus back to what opened it. */
async function passageOpens(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "handbook.pdf" });
  await expect(dialog.getByText("Page 7 of", { exact: false })).toBeVisible();
  await expect(dialog.getByRole("region", { name: "Text" })).toContainText("handbookword7");
  await look(page, "knowledge");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
}

test("17: an index gets documents, is asked, and an agent that looks into it names the page", {
  tag: "@nightly",
}, async ({ page }) => {
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${server.url}/indexes`);
  const name = page.getByLabel("Name", { exact: true });
  // A press before the page is alive is nobody's.
  await expect(async () => {
    await page.getByRole("button", { name: "New index" }).click();
    await expect(name).toBeVisible({ timeout: 1000 });
  }).toPass();
  await name.fill("Handbooks");
  await name.press("Enter");
  await expect(page).toHaveURL(/\/indexes\/[0-9a-f-]{36}$/u);
  await page.getByLabel("Documents to add").setInputFiles(HANDBOOK);
  await page.getByLabel("Documents to add").setInputFiles(HOSTILE);
  const documents = page.getByRole("list", { name: "Documents" }).getByRole("listitem");
  await expect(documents.filter({ hasText: "handbook.pdf" })).toContainText(/\d+ pages/u);
  await expect(documents.filter({ hasText: HOSTILE.name })).toHaveAttribute("data-state", "failed");
  await expect(page.getByText("1 document could not be read.")).toBeVisible();
  await page.getByLabel("Question").fill("What is handbookword7?");
  await page.getByLabel("Question").press("Enter");
  const passage = page.getByRole("list", { name: "Passages" }).getByRole("button").first();
  await expect(passage).toContainText("page 7");
  await look(page, "knowledge");
  await passage.click();
  await passageOpens(page);
  await expect(passage).toBeFocused();
  await page.getByRole("button", { name: `Remove ${HOSTILE.name}` }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(documents).toHaveCount(1);

  const headers = { "sec-fetch-site": "same-origin" };
  const made = await page.request.post(`${server.url}/api/app/agents`, { headers, data: { name: "Guide" } });
  const { id } = await made.json();
  await page.goto(`${server.url}/agents/${id}`);
  const saved = page.waitForResponse((response) => response.request().method() === "PUT");
  await page.getByRole("checkbox", { name: "Handbooks" }).check();
  expect((await saved).status()).toBe(200);
  await look(page, "knowledge");
  await page.goto(`${server.url}/?agent=${id}`);
  await page.getByRole("textbox", { name: /message/i }).fill("What is handbookword7?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Source 1: handbook.pdf, page 7" })).toBeVisible();
  const source = page
    .getByRole("region", { name: "Sources" })
    .getByRole("button", { name: /page 7/u })
    .first();
  await expect(source).toContainText("handbook.pdf");
  await source.press("Enter");
  await passageOpens(page);
  await expect(source).toBeFocused();
  expect(errors).toEqual([]);
});

test("17: a PDF that is dropped on a new session becomes its document, and the answer names it", async ({ page }) => {
  await page.goto(server.url);
  await page.getByLabel("Files to attach").setInputFiles(HANDBOOK);
  const arriving = page.getByRole("list", { name: "Documents on their way" }).getByRole("listitem");
  await expect(arriving).toContainText("handbook.pdf");
  await expect(page).toHaveURL(/\/s\//u);
  await expect(arriving).toContainText("14 pages");
  // The list of sessions has it by now, and the page has one heading still.
  await expect(page.getByRole("complementary").getByRole("link", { name: "New session" })).toHaveCount(2);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What shall we talk about?");
  await page.getByRole("textbox", { name: /message/i }).fill("What is handbookword7?");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Sources" })).toContainText("handbook.pdf, page 7");
  await expect(arriving).toHaveCount(0);
  await page.getByRole("button", { name: "1 document" }).click();
  await expect(page.getByRole("dialog", { name: "Documents of this session" })).toContainText("handbook.pdf");
  await look(page, "knowledge");
});

test("17: a document for every session is named by the answer of a new one", { tag: "@nightly" }, async ({ page }) => {
  const ask = async (question: string) => {
    await page.goto(server.url);
    await page.getByRole("textbox", { name: /message/i }).fill(question);
    await page.keyboard.press("Enter");
  };
  // Who has said something has an account.
  await ask("Hello");
  await expect(page).toHaveURL(/\/s\//u);
  await page.goto(`${server.url}/indexes`);
  const shared = page.getByRole("region", { name: "For every session" });
  await expect(shared).toContainText("None yet.");
  await shared.getByLabel("Documents to add").setInputFiles(HANDBOOK);
  await expect(shared.getByRole("list", { name: "Documents" })).toContainText(/handbook\.pdf.*\d+ pages/su);
  await look(page, "shared-documents");
  await ask("What is handbookword7?");
  await expect(page.getByRole("region", { name: "Sources" })).toContainText("handbook.pdf, page 7");
  // Back in the list from a page that was loaded, what came meanwhile is there.
  await page.goto(`${server.url}/indexes`);
  await shared.getByRole("button", { name: "Remove handbook.pdf" }).click();
  await shared.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(shared).toContainText("None yet.");
});
