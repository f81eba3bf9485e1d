import { expect, test, vi } from "vitest";
import { laterDocuments } from "./later-documents";

const listed = vi.hoisted(() => vi.fn(async () => ({ items: [], has_more: false })));
vi.mock("./requests", async (original) => ({ ...(await original<object>()), listDocuments: listed }));

const begun = { page: null, mostBytes: 10, makeOwner: async () => ({ role: "session", id: "s" }) as const };

test("the documents of a session are read with the first opening, and not for who has left meanwhile", async () => {
  const left = laterDocuments(begun);
  left.open({ role: "session", id: "left" })();
  const store = laterDocuments(begun);
  const close = store.open({ role: "session", id: "s" });
  expect(store.get().reading).toBe("never");
  await vi.waitFor(() => expect(store.get().reading).toBe("no"));
  expect(listed.mock.calls).toHaveLength(1);
  close();
});

test("nothing is fetched where there is no session yet", () => {
  const store = laterDocuments({ ...begun, page: { items: [], has_more: false } });
  store.open(null)();
  expect(store.get()).toMatchObject({ reading: "no", documents: [] });
});
