import { getAgent } from "../core/agents.ts";
import { createDoc, deleteDoc, deleteDocs, listDocs } from "../core/docs.ts";
import { searchDocs } from "../core/recall/search.ts";
import type { Scope } from "../core/scope.ts";
import { getUser } from "../core/users.ts";
import {
  BulkDeleteBody,
  DocBody,
  DocListQuery,
  decodeDoc,
  decodePage,
  decodeSearch,
  encodeDeleted,
  encodeDoc,
  encodeHit,
  JULEP_LARGE_BODY_BYTES,
  julep,
  pathId,
  SearchBody,
} from "../dialects/julep/index.ts";
import type { DocOwner } from "../domain/doc.ts";
import { endpoint, routes } from "../http/endpoint.ts";
import { json } from "../http/json.ts";
import { searchHeaders } from "../http/search-headers.ts";

type Params = Readonly<Record<string, string>>;

/** The owner that a path names. */
function pathOwner(role: DocOwner["role"], params: Params): DocOwner {
  return { role, id: pathId(params[`${role}Id`], `${role}_id`) };
}

/** The owner that a path names. Throws "not-found". */
async function knownOwner(scope: Scope, role: DocOwner["role"], params: Params): Promise<DocOwner> {
  const owner = pathOwner(role, params);
  await (role === "agent" ? getAgent(scope, owner.id) : getUser(scope, owner.id));
  return owner;
}

/** The routes of an agent's or a user's docs: create, list, delete many. */
export const docsRoutes = (role: DocOwner["role"]) =>
  routes(julep, {
    POST: endpoint({
      surface: julep,
      body: DocBody,
      bodyLimitBytes: JULEP_LARGE_BODY_BYTES,
      async handle({ scope, params, body }) {
        const doc = await createDoc(scope, pathOwner(role, params), decodeDoc(body));
        return json(encodeDoc(doc), { status: 201 });
      },
    }),
    GET: endpoint({
      surface: julep,
      query: DocListQuery,
      async handle({ scope, params, query }) {
        const owner = await knownOwner(scope, role, params);
        const docs = await listDocs(scope, owner, decodePage(query), query.include_embeddings);
        return json({ items: docs.map(encodeDoc) });
      },
    }),
    DELETE: endpoint({
      surface: julep,
      body: BulkDeleteBody,
      absentBody: {},
      async handle({ scope, params, body }) {
        const owner = await knownOwner(scope, role, params);
        const isNone = !body.delete_all && Object.keys(body.metadata_filter).length === 0;
        const ids = isNone ? [] : await deleteDocs(scope, owner, body.metadata_filter);
        return json({ items: ids.map(encodeDeleted) }, { status: 202 });
      },
    }),
  });

/** The route of one doc of an agent or a user: delete. */
export const docRoutes = (role: DocOwner["role"]) =>
  routes(julep, {
    DELETE: endpoint({
      surface: julep,
      async handle({ scope, params }) {
        const owner = pathOwner(role, params);
        const id = pathId(params.docId, "doc_id");
        await deleteDoc(scope, owner, id);
        return json(encodeDeleted(id), { status: 202 });
      },
    }),
  });

/** The route that searches an agent's or a user's docs. */
export const searchRoutes = (role: DocOwner["role"]) =>
  routes(julep, {
    POST: endpoint({
      surface: julep,
      body: SearchBody,
      isReading: true,
      async handle({ scope, params, body }) {
        const startedAt = performance.now();
        const { id } = await knownOwner(scope, role, params);
        const { query, options } = decodeSearch(body);
        const owners = { agentIds: role === "agent" ? [id] : [], userIds: role === "user" ? [id] : [] };
        const { hits, ...how } = await searchDocs(scope, owners, query, options);
        const seconds = (performance.now() - startedAt) / 1000;
        return json({ docs: hits.map(encodeHit), time: seconds }, { headers: searchHeaders(how) });
      },
    }),
  });
