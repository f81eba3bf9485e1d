import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { CitableContext, Cited } from "./cited";
import type { Source } from "./source";
import { Sources } from "./sources";

const source = (n: number, over: Partial<Source> = {}): Source => ({
  n,
  doc_id: "d",
  chunk_id: `c${n}`,
  title: `T${n}.pdf`,
  page_from: n,
  page_to: n,
  excerpt: `Words of ${n}`,
  citable: true,
  ...over,
});
const all = [1, 2, 3, 4, 5].map((n) => source(n));
const shown = (sources: readonly Source[], named: readonly number[]) => {
  const html = renderToStaticMarkup(<Sources sources={sources} named={new Set(named)} question="?" />);
  return [...html.matchAll(/data-source="(\d+)"/gu)].map(([, n]) => Number(n)).concat(/Show/u.test(html) ? [0] : []);
};

test("17: the sources that an answer names are shown, else the first three, and the others on request", () => {
  expect(shown(all, [4, 2])).toEqual([2, 4, 0]);
  expect(shown(all, [])).toEqual([1, 2, 3, 0]);
  expect(shown(all.slice(0, 2), [])).toEqual([1, 2]);
  // What is named may have been deleted since.
  expect(shown(all.slice(0, 1), [9])).toEqual([1]);
  expect(shown([], [])).toEqual([]);
});

test("17: numbers of sources in an answer are buttons that say what they open, other brackets stay", () => {
  const hostile = source(2, { title: "<img src=x onerror=alert(1)>", page_from: null, page_to: null });
  const citable = { sources: new Map([source(1), hostile].map((one) => [one.n, one])), question: "" };
  const html = renderToStaticMarkup(
    <CitableContext value={citable}>
      <p>
        <Cited>
          So [1], or <b>bold [1]</b> [2] [7].
        </Cited>
      </p>
    </CitableContext>,
  );
  expect(html.match(/aria-label="[^"]*"/gu)).toEqual([
    'aria-label="Source 1: T1.pdf, page 1"',
    'aria-label="Source 2: &lt;img src=x onerror=alert(1)&gt;"',
  ]);
  expect(html).toContain("[7].");
  expect(html).not.toContain("<img");
  expect(renderToStaticMarkup(<Cited>So [1].</Cited>)).toBe("So [1].");
});
