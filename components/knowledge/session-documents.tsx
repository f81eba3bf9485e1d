"use client";

import { FileText } from "lucide";
import { Suspense, useId, useState } from "react";
import { Icon } from "../ui/icon";
import { later } from "../ui/later";
import { counted } from "./document";
import type { SessionDocuments } from "./use-session-documents";

const Documents = later(async () => ({ default: (await import("./documents")).Documents }));

/** The button that says how many documents a session has, and their sheet; nothing where it has none. */
export function SessionDocumentsButton({ documents: { store, state } }: { readonly documents: SessionDocuments }) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const { length } = state.documents;
  if (length === 0 && !isOpen) return null;
  const words = `${counted(length, "document")}${state.hasMore ? " and more" : ""}`;
  return (
    <>
      <button
        type="button"
        className="session-documents-button"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        <Icon of={FileText} size={17} />
        <span>{words}</span>
      </button>
      <div
        id={id}
        role="dialog"
        aria-label="Documents of this session"
        popover="auto"
        className="session-documents-sheet"
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {isOpen && (
          <>
            <h2>Documents of this session</h2>
            <Suspense>
              <Documents
                store={store}
                state={state}
                takesDrops={false}
                empty="None any more. Drop one on the conversation, or add it here."
              />
            </Suspense>
          </>
        )}
      </div>
    </>
  );
}
