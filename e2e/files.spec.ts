import { expect, type Page, test } from "@playwright/test";
import { expectNoAxeFault } from "./look.ts";
import { startServer, type WatchedServer } from "./server.ts";

let server: WatchedServer;

test.beforeAll(async () => {
  server = await startServer();
});
test.afterAll(() => server.kill("SIGTERM"));

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const TABLE = { name: "table.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") };
const PHOTO = { name: "photo.png", mimeType: "image/png", buffer: PNG };

const composer = (page: Page) => page.getByRole("textbox", { name: /message/i });
const chips = (page: Page) => page.getByRole("list", { name: "Attached files" }).last().getByRole("listitem");
const choose = (page: Page) => page.getByLabel("Files to attach");
const isReady = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Answer ready" })).toHaveCount(1);

/** What a browser hands over with a paste or a drop. */
const handed = (page: Page, name: string) =>
  page.evaluateHandle((called) => {
    const data = new DataTransfer();
    data.items.add(new File(["of a clipboard"], called, { type: "text/plain" }));
    return data;
  }, name);

test("files are attached by button, paste and drop, kept over a reload, sent, and shown under the question", {
  tag: "@nightly",
}, async ({ page }) => {
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(server.url);
  const chooser = page.waitForEvent("filechooser");
  await composer(page).press("ControlOrMeta+u");
  await (await chooser).setFiles([TABLE, PHOTO]);
  await expect(chips(page)).toHaveCount(2);
  await expect(page.getByText("2 of 10 files, 25 MB each")).toBeVisible();
  await composer(page).evaluate(
    (field, clipboardData) => field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true })),
    await handed(page, "pasted.txt"),
  );
  await expect(chips(page)).toHaveCount(3);
  const dropped = { dataTransfer: await handed(page, "dropped.txt") };
  await page.dispatchEvent("main", "dragenter", dropped);
  await expect(page.getByText("Drop files to attach them")).toBeVisible();
  await page.dispatchEvent("main", "drop", dropped);
  await expect(page.getByText("Drop files to attach them")).toBeHidden();
  await expect(page.getByText("4 of 10 files, 25 MB each")).toBeVisible();
  await page.getByRole("button", { name: "Remove pasted.txt" }).click();
  await expect(chips(page)).toHaveCount(3);
  await expectNoAxeFault(page, "files");

  await page.reload();
  await expect(chips(page)).toHaveCount(3);
  await composer(page).fill("What is in them?");
  await composer(page).press("Enter");
  await isReady(page);
  await expect(chips(page)).toHaveCount(3);
  const log = page.getByRole("log");
  await expect(log.getByRole("img", { name: "photo.png" })).toBeVisible();
  await expect(log.getByRole("link", { name: "table.csv" })).toHaveAttribute("download", "table.csv");
  await page.reload();
  await expect(log.getByRole("link", { name: "Open photo.png in a new tab" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Remove / })).toHaveCount(0);
  await expectNoAxeFault(page, "files");
  expect(errors).toEqual([]);
});

test("a file that is too large says so, and one whose connection breaks can be tried again", {
  tag: "@nightly",
}, async ({ page }) => {
  await page.goto(server.url);
  const large = { name: "large.bin", mimeType: "", buffer: Buffer.alloc(25_000_001) };
  await choose(page).setInputFiles([large]);
  await expect(chips(page)).toContainText("Too large: 25 MB. A file may have 25 MB.");
  await expect(page.getByRole("button", { name: /^Try large/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Remove large.bin" }).click();
  await page.route("**/api/app/files?*", (route) => route.abort(), { times: 1 });
  await choose(page).setInputFiles([TABLE]);
  await expect(chips(page)).toContainText("The connection broke.");
  await composer(page).fill("Read it");
  await expect(page.getByRole("button", { name: "Send" })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Try table.csv again" }).click();
  await expect(page.getByText("1 of 10 files, 25 MB each")).toBeVisible();
  await expect(page.getByRole("button", { name: "Send" })).toHaveAttribute("aria-disabled", "false");
});

test("16: a file that comes late comes to the message being written in its session, or waits there", {
  tag: "@nightly",
}, async ({ page }) => {
  await page.goto(server.url);
  await composer(page).fill("Hello");
  await composer(page).press("Enter");
  await isReady(page);
  const session = page.url();
  const arrive = await heldUploads(page);

  await choose(page).setInputFiles([TABLE]);
  await expect(chips(page)).toHaveCount(1);
  await page.keyboard.press("ControlOrMeta+Shift+o");
  await expect(page).toHaveURL(`${server.url}/`);
  await expect(chips(page)).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL(session);
  await composer(page).fill("Half a sent");
  await arrive();
  await expect(chips(page)).toContainText("table.csv");
  await expect(composer(page)).toBeFocused();
  await page.keyboard.type("ence");
  await expect(composer(page)).toHaveValue("Half a sentence");

  await choose(page).setInputFiles([PHOTO]);
  await page.keyboard.press("ControlOrMeta+Shift+o");
  await expect(page).toHaveURL(`${server.url}/`);
  await composer(page).fill("Something else");
  await arrive();
  await expect(page.getByText("“photo.png” has arrived, and waits in its session")).toBeVisible();
  await expect(composer(page)).toHaveValue("Something else");
  await expect(chips(page)).toHaveCount(0);
  await page.goBack();
  await expect(chips(page)).toHaveCount(2);
  await composer(page).press("Enter");
  const sent = page.getByRole("log").getByRole("article").last();
  await expect(sent.getByRole("link", { name: "table.csv" })).toBeVisible();
  await expect(sent.getByRole("img", { name: "photo.png" })).toBeVisible();
});

/** Holds each upload back until the function that this gives is called. */
async function heldUploads(page: Page): Promise<() => Promise<void>> {
  const held: (() => Promise<void>)[] = [];
  await page.route("**/api/app/files?*", (route) => void held.push(() => route.continue()));
  return async () => {
    await expect.poll(() => held.length).toBe(1);
    await held.pop()?.();
  };
}
