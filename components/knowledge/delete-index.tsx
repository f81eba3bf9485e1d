"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { isProblem } from "../api";
import { AskFirst } from "../ui/ask-first";
import { notify } from "../ui/notify";
import { deleteIndex, type KnowledgeIndex } from "./requests";

/** Asks first: an index and its documents do not come back. */
export function DeleteIndex({ index }: { readonly index: Pick<KnowledgeIndex, "id" | "name"> }) {
  const router = useRouter();
  const [isAsking, setIsAsking] = useState(false);

  async function remove() {
    try {
      await deleteIndex(index.id);
      void notify({ text: `“${index.name}” is deleted.` });
      router.replace("/indexes");
      router.refresh();
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "The index was not deleted. Try again." });
    }
  }

  return (
    <div className="index-delete">
      {isAsking ? (
        <AskFirst label="Delete" onDo={remove} onKeep={() => setIsAsking(false)}>
          Delete “<bdi>{index.name}</bdi>” with its documents? Agents that use it answer without it.
        </AskFirst>
      ) : (
        <button type="button" className="text-button" onClick={() => setIsAsking(true)}>
          Delete this index
        </button>
      )}
    </div>
  );
}
