"use client";

import type { DocumentPage } from "./document";
import { Documents } from "./documents";
import { useDocuments } from "./use-documents";

type SharedDocumentsProps = { readonly projectId: string; readonly initial: DocumentPage };

/** Documents of the account's project, which each of its sessions looks into. */
export function SharedDocuments({ projectId, initial }: SharedDocumentsProps) {
  const { store, state } = useDocuments({ role: "project", id: projectId }, initial);
  return (
    <section className="agent-part" aria-labelledby="shared-documents">
      <h2 id="shared-documents">For every session</h2>
      <Documents
        store={store}
        state={state}
        takesDrops
        empty="None yet. Whichever agent answers looks into them in all your sessions, without an index."
      />
    </section>
  );
}
