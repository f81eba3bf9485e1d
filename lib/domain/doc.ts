import { z } from "zod";
import type { PageCounts } from "./extraction.ts";

const DOC_OWNER_ROLES = ["agent", "user", "index", "session", "project"] as const;

/** Whose a doc is. */
export type DocOwner = { readonly role: (typeof DOC_OWNER_ROLES)[number]; readonly id: string };

/** Whether a doc is of a file that is being read, can be found, or cannot be read. */
export type DocState = "pending" | "ready" | "failed";

/** What is to be said of a doc that can be found: how many of its pages have no text. Empty where all have some. */
export function emptyPagesInWords({ pages, emptyPages }: PageCounts): string {
  if (!pages || !emptyPages) return "";
  const [of, are] = pages === 1 ? ["page", "has"] : ["pages", emptyPages === 1 ? "has" : "have"];
  return `${emptyPages} of ${pages} ${of} ${are} no text: words in pictures are not read.`;
}

/** A text that can be recalled, in the pieces that are searched. */
export type Doc = {
  readonly id: string;
  readonly owner: DocOwner;
  readonly title: string;
  readonly content: readonly string[];
  readonly language: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** The model that embedded all of its pieces; null as long as it has not. */
  readonly embeddingModel: string | null;
  /** One vector for each piece, null where they were not asked for or are not there. */
  readonly embeddings: readonly (readonly number[])[] | null;
  readonly createdAt: Date;
};

/** A piece of a doc that a search has found. */
export type DocHit = {
  readonly docId: string;
  readonly owner: DocOwner;
  /** The agent in whose turn it was recalled. Absent: somebody has searched for it. */
  readonly recalledBy?: string;
  readonly title: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly snippet: {
    readonly id: string;
    readonly index: number;
    readonly content: string;
    readonly embedding: readonly number[] | null;
    /** Where it stands in a doc of a file. */
    readonly place?: {
      readonly pageFrom: number | null;
      readonly pageTo: number | null;
      readonly startChar: number | null;
      readonly endChar: number | null;
      readonly headings: readonly string[];
    };
  };
  /** A cosine distance (smaller is closer) for a hit by vector, a rank (larger is better) for one by text alone. */
  readonly distance: number;
  /** From 0 to 1, higher is better, whichever way it was found. Absent: an earlier version has stored it. */
  readonly score?: number;
};

const ids = z.array(z.string()).readonly().optional();

/** Whose docs a search may look into, and a turn's tools may read. */
export const DocOwners = z
  .object({ agentIds: ids, userIds: ids, indexIds: ids, sessionIds: ids, projectIds: ids })
  .readonly();
export type DocOwners = z.infer<typeof DocOwners>;

/** Whether an owner is one of these. */
export const isAmong = (owners: DocOwners, { role, id }: DocOwner): boolean =>
  owners[`${role}Ids`]?.includes(id) ?? false;

/** Whether there is no owner. */
export const isNobody = (owners: DocOwners): boolean =>
  Object.values(owners).every((known) => (known ?? []).length === 0);
