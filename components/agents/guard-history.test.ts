import { expect, test } from "vitest";
import { guardHistory } from "./guard-history";

/** A browser with three pages behind one another, on the second of which the guard stands. */
function browser({ confirms, tells = true }: { confirms: boolean; tells?: boolean }) {
  const addresses = ["/agents", "/agents/a", "/account"];
  const events = new EventTarget();
  const heard: string[] = [];
  let at = 1;
  const went = (by: number) => {
    at += by;
    events.dispatchEvent(new Event("popstate"));
  };
  const asked: boolean[] = [];
  const leave = guardHistory({
    hear(onWay) {
      events.addEventListener("popstate", onWay);
      return () => events.removeEventListener("popstate", onWay);
    },
    address: () => addresses[at] ?? "",
    place: () => (tells ? at : null),
    go: went,
    confirms() {
      asked.push(confirms);
      return confirms;
    },
  });
  events.addEventListener("popstate", () => heard.push(addresses[at] ?? ""));
  return { went, heard, asked, leave, address: () => addresses[at] };
}

test.each([
  [-1, true],
  [1, true],
  [-1, false],
])("who is asked and does not want to leave stays, and nobody hears of the way (%i, told: %s)", (by, tells) => {
  const { went, heard, asked, address } = browser({ confirms: false, tells });
  went(by);
  expect(address()).toBe("/agents/a");
  expect(heard).toEqual([]);
  expect(asked).toHaveLength(1);
  went(by);
  expect(asked).toHaveLength(2);
});

test("who wants to leave goes, and the page hears of it", () => {
  const { went, heard, address } = browser({ confirms: true });
  went(-1);
  expect(address()).toBe("/agents");
  expect(heard).toEqual(["/agents"]);
});

test("nobody is asked once it has ended", () => {
  const { went, heard, asked, leave } = browser({ confirms: false });
  leave();
  went(-1);
  expect(asked).toEqual([]);
  expect(heard).toEqual(["/agents"]);
});
