import { DocumentRow, UploadRow } from "./document-row";
import type { DocumentStore } from "./document-store";
import type { DocumentsState } from "./documents-state";

type DocumentRowsProps = {
  readonly label: string;
  readonly store: DocumentStore;
  readonly uploads: DocumentsState["uploads"];
  readonly documents: DocumentsState["documents"];
  readonly onCancel: (id: string) => void;
  readonly onReadAgain: (id: string) => void;
  readonly onRemove: (id: string) => void;
};

/** Files that are sent, then documents, a row each. */
export function DocumentRows({ label, store, uploads, documents, onCancel, onReadAgain, onRemove }: DocumentRowsProps) {
  return (
    <ul className="document-list" aria-label={label}>
      {uploads.map((upload) => (
        <UploadRow
          key={upload.key}
          upload={upload}
          onAgain={() => store.resend(upload.key)}
          onLeave={() => store.leave(upload.key)}
        />
      ))}
      {documents.map((document) => (
        <DocumentRow
          key={document.id}
          document={document}
          onCancel={() => onCancel(document.id)}
          onReadAgain={() => onReadAgain(document.id)}
          onRemove={() => onRemove(document.id)}
        />
      ))}
    </ul>
  );
}
