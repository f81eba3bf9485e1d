"use client";

import { Pencil } from "lucide";
import { useEffect, useRef, useState } from "react";
import { isProblem } from "../api";
import { SidebarToggle } from "../frame/sidebar-toggle";
import { RenameField } from "../sidebar/rename-field";
import { IconButton } from "../ui/icon-button";
import { notify } from "../ui/notify";
import { refocus } from "../ui/refocus";
import { AskIndex } from "./ask-index";
import { DeleteIndex } from "./delete-index";
import type { DocumentPage } from "./document";
import { Documents } from "./documents";
import type { DocumentsState } from "./documents-state";
import { indexWords } from "./index-words";
import { getIndex, type KnowledgeIndex, renameIndex } from "./requests";
import { useDocuments } from "./use-documents";

type IndexViewProps = { readonly initial: KnowledgeIndex; readonly documents: DocumentPage };

/** One index: what is in it, and what it has for a question. */
export function IndexView({ initial, documents }: IndexViewProps) {
  const { store, state, wasLeft } = useDocuments({ role: "index", id: initial.id }, documents);
  const [index, setIndex] = useIndex(initial, state, wasLeft);
  const [isRenaming, setIsRenaming] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);

  async function rename(name: string | null) {
    setIsRenaming(false);
    refocus(() => pencil.current);
    const wanted = name?.trim() ?? "";
    if (wanted === "" || wanted === index.name) return;
    try {
      setIndex(await renameIndex(index.id, wanted));
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "The index was not renamed. Try again." });
    }
  }

  return (
    <div className="account">
      <header className="conversation-head">
        <SidebarToggle className="head-toggle" expanded={false} />
        {isRenaming ? (
          <RenameField title={index.name} className="head-rename" onFinish={rename} />
        ) : (
          <>
            <h1 className="head-title" dir="auto">
              {index.name}
            </h1>
            <IconButton ref={pencil} icon={Pencil} label="Rename" onClick={() => setIsRenaming(true)} />
          </>
        )}
        {!isRenaming && <p className="head-summary">{indexWords(index)}</p>}
      </header>
      <div className="account-scroll">
        <div className="index-page">
          <AskIndex indexId={index.id} isEmpty={index.documents.all === 0 && state.documents.length === 0} />
          <section className="index-documents" aria-labelledby="index-documents">
            <h2 id="index-documents">Documents</h2>
            <Documents store={store} state={state} takesDrops empty="Nothing is in this index yet." />
            <DeleteIndex index={index} />
          </section>
        </div>
      </div>
    </div>
  );
}

/**
 * An index with its counts, read again whenever one of its documents has come to an end, or has come or gone; at once
 * where `isOld`.
 */
function useIndex(initial: KnowledgeIndex, { documents }: DocumentsState, isOld: boolean) {
  const [index, setIndex] = useState(initial);
  const standing = documents.map(({ id, state }) => `${id} ${state}`).join("\n");
  const known = useRef(isOld ? null : standing);
  useEffect(() => {
    if (known.current === standing) return;
    known.current = standing;
    const aborter = new AbortController();
    // The counts of before stand until they can be read.
    getIndex(initial.id, aborter.signal).then(
      (now) => !aborter.signal.aborted && setIndex(now),
      () => {},
    );
    return () => aborter.abort();
  }, [initial.id, standing]);
  return [index, setIndex] as const;
}
