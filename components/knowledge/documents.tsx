"use client";

import { useState } from "react";
import { sizeInWords } from "@/lib/domain/file.ts";
import { isProblem } from "../api";
import { DropZone } from "../conversation/attachments/drop-zone";
import { notify } from "../ui/notify";
import { AddDocuments } from "./add-documents";
import { counted, isPending, type KnownDocument, MOST_DOCUMENT_BYTES } from "./document";
import { DocumentRows } from "./document-rows";
import type { DocumentStore } from "./document-store";
import type { DocumentsState } from "./documents-state";

type DocumentsProps = {
  readonly store: DocumentStore;
  readonly state: DocumentsState;
  /** Whether what is dropped on the page is meant for these. */
  readonly takesDrops: boolean;
  /** What stands where there are none. */
  readonly empty: string;
};

/** Documents of one owner: added by a drop or a button, followed until they are read, cancelled and removed. */
export function Documents({ store, state, takesDrops, empty }: DocumentsProps) {
  const { documents, uploads, reading } = state;
  const isEmpty = documents.length === 0 && uploads.length === 0;

  async function act(does: Promise<void>, otherwise: string) {
    try {
      await does;
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : otherwise });
    }
  }

  return (
    <div className="documents">
      {takesDrops && <DropZone words="Drop documents to add them" onFiles={store.add} />}
      <div className="documents-add">
        <AddDocuments onFiles={store.add} />
        <p className="field-note">
          {takesDrops && <span className="documents-drop">Or drop them anywhere here. </span>}PDF, Word, web pages,
          Markdown, tables, code and text, up to {sizeInWords(MOST_DOCUMENT_BYTES)} each.
        </p>
      </div>
      {reading === "yes" && isEmpty && <p className="still-loading">Still loading</p>}
      {reading === "failed" && (
        <p className="documents-note" role="alert">
          The documents did not load.{" "}
          <button type="button" className="small-action" onClick={store.again}>
            Try again
          </button>
        </p>
      )}
      {isEmpty && reading === "no" && <p className="documents-note">{empty}</p>}
      {!isEmpty && (
        <DocumentRows
          label="Documents"
          store={store}
          uploads={uploads}
          documents={documents}
          onCancel={(id) => act(store.cancel(id), "The reading was not cancelled. Try again.")}
          onReadAgain={(id) => act(store.readAgain(id), "The document is not read again. Try once more.")}
          onRemove={(id) => act(store.remove(id), "The document was not removed. Try again.")}
        />
      )}
      <p className="documents-note" role="status">
        {standingOf(documents)}
        {state.isSlow && " This takes long; the list is not read any more. "}
        {state.isSlow && (
          <button type="button" className="small-action" onClick={store.again}>
            Look again
          </button>
        )}
      </p>
      {state.hasMore && <More onMore={() => act(store.readMore(), "No more documents came. Try again.")} />}
    </div>
  );
}

function More({ onMore }: { readonly onMore: () => Promise<void> }) {
  const [isBusy, setIsBusy] = useState(false);
  return (
    <button
      type="button"
      className="text-button"
      aria-disabled={isBusy}
      onClick={async () => {
        if (isBusy) return;
        setIsBusy(true);
        await onMore();
        setIsBusy(false);
      }}
    >
      Show more
    </button>
  );
}

/** What is not done yet, in words; empty where all is. */
function standingOf(documents: readonly KnownDocument[]): string {
  const pending = documents.filter(isPending).length;
  const failed = documents.filter(({ state }) => state === "failed").length;
  return [
    ...(pending > 0 ? [`${counted(pending, "document")} ${pending === 1 ? "is" : "are"} being read.`] : []),
    ...(failed > 0 ? [`${counted(failed, "document")} could not be read.`] : []),
  ].join(" ");
}
