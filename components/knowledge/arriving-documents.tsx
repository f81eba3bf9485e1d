"use client";

import { Suspense } from "react";
import { isProblem } from "../api";
import { later } from "../ui/later";
import { notify } from "../ui/notify";
import type { SessionDocuments } from "./use-session-documents";

const DocumentRows = later(async () => ({ default: (await import("./document-rows")).DocumentRows }));

type ArrivingProps = {
  readonly documents: SessionDocuments;
  /** A question waits for them. */
  readonly isWaiting: boolean;
};

/** In the composer: files that become documents of the session, with how far they are, until the next question. */
export function ArrivingDocuments({ documents: { store, state }, isWaiting }: ArrivingProps) {
  const { uploads, documents, fresh } = state;
  const added = documents.filter(({ id }) => fresh.includes(id));

  async function act(does: Promise<void>) {
    try {
      await does;
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "That did not work. Try again." });
    }
  }

  const count = uploads.length + added.length;
  const isReady = added.length > 0 && added.every((one) => one.state === "ready") && uploads.length === 0;
  return (
    <div className="arriving-documents" hidden={count === 0}>
      {count > 0 && (
        <Suspense>
          <DocumentRows
            label="Documents on their way"
            store={store}
            uploads={uploads}
            documents={added}
            onCancel={(id) => act(store.cancel(id))}
            onReadAgain={(id) => act(store.readAgain(id))}
            onRemove={(id) => act(store.remove(id))}
          />
        </Suspense>
      )}
      <p className="composer-hint" role="status">
        {count > 0 &&
          (isReady
            ? "Read. Every answer in this session looks into it from now on."
            : "It becomes a document of this session, which every answer looks into; no model gets it whole.")}
        {count > 0 && isWaiting && " The question is sent when it is read. Press again to hold it back."}
      </p>
    </div>
  );
}
