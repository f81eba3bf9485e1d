import { strict as assert } from "node:assert";
import { chromium } from "playwright";
import { CHROMIUM_FLAGS, findChromium } from "../chromium.ts";
import { SLOW, TITLE } from "./paced-model.ts";
import type { Try } from "./try.ts";
import { KEY } from "./world.ts";

const WAIT_MS = 30_000;

export const browserTries: readonly Try[] = [
  {
    name: "the owner signs in with the key, asks, reads the answer as it comes, and finds it again after a reload",
    async run(world) {
      const front = await world.front();
      const browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_FLAGS] });
      try {
        const page = await browser.newPage();
        page.setDefaultTimeout(WAIT_MS);
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(String(error)));
        page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
        await page.goto(`${front.url}/sign-in/link`);
        await page.getByLabel("Token or key").fill(KEY);
        await page.getByRole("button", { name: "Sign in" }).click();
        const composer = page.getByRole("textbox", { name: /message/i });
        await composer.fill(`Tell me ${SLOW}`);
        await composer.press("Enter");
        const answer = page.getByRole("log").getByRole("article").last();
        await answer.getByText("w5 ").waitFor();
        await page.reload();
        await answer.getByText("w80").waitFor();
        await page.getByRole("navigation").getByRole("link", { name: TITLE }).first().waitFor();
        const words = (await answer.textContent())?.match(/\bw\d+\b/gu) ?? [];
        assert.equal(new Set(words).size, words.length);
        assert.deepEqual(errors, []);
        return undefined;
      } catch (thrown) {
        for (const instance of front.instances()) console.error(instance.output().slice(-3000));
        throw thrown;
      } finally {
        await browser.close();
        await front.close();
      }
    },
  },
];
