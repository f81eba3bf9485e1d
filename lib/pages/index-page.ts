import { getIndex, listIndexes } from "../core/indexes.ts";
import { listFileDocs } from "../core/ingest.ts";
import { defaultProject } from "../core/projects.ts";
import type { Scope } from "../core/scope.ts";
import { encodeDocument, encodeIndexDetails, encodeListed, PAGE } from "../dialects/web/index.ts";
import { ChatError } from "../domain/errors.ts";

/** One more than the page holds tells whether there is another. */
const FIRST = { offset: 0, limit: PAGE + 1 };

/** A page of indexes, the latest first. */
export type IndexPage = Awaited<ReturnType<typeof indexPage>>;

/** An index with its latest documents. */
export type IndexView = NonNullable<Awaited<ReturnType<typeof indexView>>>;

/** The documents that every session of an account looks into: those of its default project. */
export type SharedPage = Awaited<ReturnType<typeof sharedPage>>;

/** The latest indexes. */
export const indexPage = async (scope: Scope) =>
  encodeListed(await listIndexes(scope, null, FIRST), encodeIndexDetails);

/** The default project with its latest documents. */
export async function sharedPage(scope: Scope) {
  const projectId = await defaultProject(scope);
  const documents = await listFileDocs(scope, { role: "project", id: projectId }, FIRST);
  return { projectId, documents: encodeListed(documents, encodeDocument) };
}

/** An index with its latest documents; null where the account has none of this id. */
export async function indexView(scope: Scope, id: string) {
  try {
    const index = await getIndex(scope, null, id);
    const documents = await listFileDocs(scope, { role: "index", id: index.id }, FIRST);
    return { index: encodeIndexDetails(index), documents: encodeListed(documents, encodeDocument) };
  } catch (thrown) {
    if (thrown instanceof ChatError && thrown.code === "not-found") return null;
    throw thrown;
  }
}
