import { expect, type Page, test } from "@playwright/test";
import { promptOf, startHostileModel } from "./hostile-model.ts";
import { look } from "./look.ts";
import { signInAsOwner, startServer, type WatchedServer } from "./server.ts";
import { NOTHING, type Watched, watchContext } from "./watch-page.ts";

// What of an answer only a browser shows: formulas and diagrams that are drawn, what is copied, faces, and what
// scrolls.

test.use({ actionTimeout: 20_000, permissions: ["clipboard-read", "clipboard-write"] });

const ANSWER = String.raw`# What an answer may hold

Words with **weight**, *emphasis*, ${"`code`"}, ~~struck~~, [a link](https://example.org/docs), and a lie:
[bank.example](https://evil.example/login). Inline $E = mc^2$ and \(a^2 + b^2 = c^2\), but $5 and $10 are money.

**この文は太字（bold）。**この文、访问 https://example.com/docs（中文说明）。

Between ~5 and ~10 km.

*هذا نص مهم* في سطر.

\[
\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}
\]

$$
\begin{aligned}
f(x) &= \sum_{n=0}^{\infty} \frac{f^{(n)}(a)}{n!}(x-a)^n \\
     &= f(a) + f'(a)(x-a) + \cdots
\end{aligned}
$$

${"```"}mermaid
flowchart LR
  A[Question] --> B{Known?}
  B -->|yes| C[Answer]
  B -->|no| D[Look it up]
  D --> C
${"```"}

${"```"}mermaid
sequenceDiagram
  participant Reader
  participant Server
  Reader->>Server: Asks
  Server-->>Reader: Answers piece by piece
${"```"}

${"```"}mermaid
mindmap
  root((A session))
    Branches
      Versions
    Files
${"```"}

1. First, with math:
   $$
   a
   + b
   $$
2. Second
   - [x] Bake the **bread**
   - [ ] Eat it

| city | inhabitants | area in square kilometres | founded in | remarks about the city | another column 1 | another column 2 | another column 3 | another column 4 | another column 5 | another column 6 | another column 7 |
|:--|--:|--:|:-:|---|---|---|---|---|---|---|---|
| Oslo | 709,037 | 480.76 | 1048 | on a fjord | words | words | words | words | words | words | words |
| Bergen | 291,189 | 464.71 | 1070 | seven mountains | words | words | words | words | words | words | words |
| Trondheim | 212,660 | 528.60 | 997 | the cathedral | words | words | words | words | words | words | words |

> A quotation, and a note[^1].

![a picture](https://example.org/x.png)

${"```"}mermaid
this is no diagram
${"```"}

$$
\frac{broken
$$

[^1]: The note itself.`;

let model: Awaited<ReturnType<typeof startHostileModel>>;
let server: WatchedServer;
test.beforeAll(async () => {
  model = await startHostileModel();
  server = await startServer({ OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_MODEL: "m" });
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await model.close();
});

/** The printed link is good once. */
let cookies: Parameters<ReturnType<Page["context"]>["addCookies"]>[0] | null = null;
async function enter(page: Page): Promise<void> {
  if (cookies === null) {
    await signInAsOwner(page, server);
    cookies = await page.context().cookies();
  } else {
    await page.context().addCookies(cookies);
    await page.goto(server.url);
  }
}

/** Asks for the answer, and waits until all of it is drawn or shown as it was written. */
async function open(page: Page, answer: string = ANSWER): Promise<Watched> {
  const watched = await watchContext(page.context(), server.url);
  await enter(page);
  const session = await page.evaluate(async (prompt) => {
    const headers = { "content-type": "application/json" };
    const made = await fetch("/api/v1/chat", { method: "POST", headers, body: JSON.stringify({ index_ids: [] }) });
    const { session_id: id } = await made.json();
    const body = JSON.stringify({ index_ids: [], prompt });
    await (await fetch(`/api/v1/chat/${id}/messages/stream`, { method: "POST", headers, body })).text();
    return id;
  }, promptOf(answer));
  await page.goto(`${server.url}/s/${session}`);
  await page.mouse.move(300, 300);
  await expect(page.locator("[data-unread]")).toHaveCount(0);
  await drawn(page);
  return watched;
}

async function drawn(page: Page): Promise<void> {
  for (const diagram of await page.locator(".diagram").all()) {
    // A page that has not come to life yet does not notice who stirs, and may draw anew what is scrolled to.
    await expect(async () => {
      await diagram.scrollIntoViewIfNeeded({ timeout: 3000 });
      await page.mouse.move(300, 300);
      await page.mouse.move(310, 310);
      await expect(diagram).not.toHaveAttribute("data-state", "waiting", { timeout: 3000 });
    }).toPass({ timeout: 60_000 });
  }
  await expect(page.locator('.tex[data-state="waiting"]')).toHaveCount(0);
}

test("figure 12: what is pressed in an answer before it lives is pressed once it does", async ({ page }) => {
  await open(page, "Some code:\n\n```ts\nconst a = 1;\n```");
  await page.reload();
  // The page lives, and nobody has stirred.
  await expect(page.locator(".scroller:not([data-still])")).toBeVisible();
  const wrap = page.locator(".prose").last().getByRole("button", { name: "Wrap" }).first();
  await wrap.evaluate((button) => button instanceof HTMLElement && button.click());
  await expect(async () => {
    await page.mouse.move(300, 300);
    await page.mouse.move(310, 310);
    await expect(page.locator(".turn").last()).not.toHaveAttribute("data-served", { timeout: 500 });
  }).toPass();
  await expect(wrap).toHaveAttribute("aria-pressed", "true");
});

test("lessons 30 and 31, model servers 32 to 36: answers with formulas, diagrams and tables are drawn, copied as their source, and trip no policy", {
  tag: "@nightly",
}, async ({ page }) => {
  test.slow();
  await page.setViewportSize({ width: 1440, height: 900 });
  const watched = await open(page);

  const prose = page.locator(".prose").last();
  await expect(prose.locator(".diagram[data-state=drawn] img")).toHaveCount(3);
  const images = await prose
    .locator(".diagram img")
    .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth > 100));
  expect(images).toEqual([true, true, true]);
  await expect(prose.locator('.tex[data-state="drawn"] math')).toHaveCount(5);
  await expect(prose.locator('[data-state="source"]')).toHaveCount(2);
  await expect(prose.getByText("Shown as it was written")).toHaveCount(2);

  // Faces: italics are italic, Arabic is upright, formulas have their own.
  const style = (selector: string) =>
    prose
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).fontStyle);
  expect(await style("em:not([data-upright])")).toBe("italic");
  expect(await style("em[data-upright]")).toBe("normal");
  const face = await prose
    .locator(".katex")
    .first()
    .evaluate(async (element) => {
      await document.fonts.ready;
      return [getComputedStyle(element).fontFamily, document.fonts.check("16px KaTeX_Main")];
    });
  expect(face).toEqual([expect.stringContaining("KaTeX_Main"), true]);

  // Model servers 32 to 34: one tilde strikes nothing, and emphasis and addresses know CJK.
  await expect(prose.getByText("Between ~5 and ~10 km")).toBeVisible();
  await expect(prose.locator("del")).toHaveText(["struck"]);
  await expect(prose.locator("strong", { hasText: "この文は太字（bold）。" })).toHaveCount(1);
  await expect(prose.locator('a[href="https://example.com/docs"]')).toHaveText(/^https:\/\/example\.com\/docs/u);

  // The source is a click away.
  const diagram = prose.locator(".diagram").first();
  await diagram.getByRole("button", { name: "Show source" }).click();
  await expect(diagram.locator("pre")).toBeVisible();
  await diagram.getByRole("button", { name: "Show source" }).click();
  await expect(diagram.locator("img")).toBeVisible();

  // A table that is wider than the measure says so, and can be widened.
  const table = prose.getByRole("group", { name: "Table" });
  await expect(table).toHaveAttribute("data-after", "");
  const width = await table.evaluate((element) => element.clientWidth);
  await prose.getByRole("button", { name: "Widen" }).click();
  expect(await table.evaluate((element) => element.clientWidth)).toBeGreaterThan(width);
  await prose.getByRole("button", { name: "Widen" }).click();
  await expect(prose.getByRole("checkbox", { name: "Bake the bread" })).toBeChecked();

  await look(page, "markdown", { check: () => drawn(page) });
  // Copying is looked at last: Chromium reports the styles of what it copies under the policy of the page.
  expect(watched).toEqual(NOTHING);
  const copied = await prose.evaluate((element) => {
    const selection = getSelection();
    selection?.selectAllChildren(element);
    document.execCommand("copy");
    selection?.removeAllRanges();
    return navigator.clipboard.readText();
  });
  expect(copied.split("E = mc^2")).toHaveLength(2);
  expect(copied).toContain("$E = mc^2$");
  expect(copied).toContain(String.raw`\(a^2 + b^2 = c^2\)`);
  expect(copied).toContain("```mermaid\nflowchart LR");
  expect(copied).toContain("1. First, with math:");
  expect(copied).toContain("2. Second");
  expect(copied).toContain("[x] Bake the bread");
  expect(copied).toContain("Oslo\t709,037");
  // The model says it before a call of a tool and behind it.
  await page.getByRole("button", { name: "Copy the answer" }).last().click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${ANSWER}\n\n${ANSWER}`);
  const html = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    return (await item?.getType("text/html"))?.text() ?? "";
  });
  expect(html).toContain("<math");
  expect(html).toMatch(/<td [^>]*style="[^"]*border-bottom/u);
  expect(html).not.toMatch(/class=|<button|<input/u);
});
