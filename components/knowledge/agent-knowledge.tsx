"use client";

import { useEffect, useRef, useState } from "react";
import { isProblem } from "../api";
import { notify } from "../ui/notify";
import { PageLink } from "../ui/page-link";
import { Documents } from "./documents";
import { indexWords } from "./index-words";
import { agentIndexes, type KnowledgeIndex, listIndexes, setAgentIndexes } from "./requests";
import { useDocuments } from "./use-documents";

/** An agent may look into so many. */
const MOST_INDEXES = 10;

/** What an agent knows: documents of its own, and the indexes that it looks into. */
export function AgentKnowledge({ agentId }: { readonly agentId: string }) {
  const { store, state } = useDocuments({ role: "agent", id: agentId }, null);
  return (
    <>
      <section className="agent-part" aria-labelledby="agent-documents">
        <h2 id="agent-documents">Documents</h2>
        <Documents
          store={store}
          state={state}
          takesDrops
          empty="None of its own yet. The agent looks into them before it answers, and names them as its sources."
        />
      </section>
      <AgentIndexes agentId={agentId} />
    </>
  );
}

type Offer = { readonly all: readonly KnowledgeIndex[]; readonly chosen: readonly string[] };

function AgentIndexes({ agentId }: { readonly agentId: string }) {
  const [offer, setOffer] = useState<Offer | "reading" | "failed">("reading");
  /** The saving of what was chosen before: each choice is saved, in its order. */
  const saving = useRef<Promise<unknown>>(Promise.resolve());

  useEffect(() => {
    let isOver = false;
    readOffer(agentId).then(
      (read) => !isOver && setOffer(read),
      () => !isOver && setOffer("failed"),
    );
    return () => {
      isOver = true;
    };
  }, [agentId]);

  function choose(ids: readonly string[]) {
    if (typeof offer === "string") return;
    setOffer({ ...offer, chosen: ids });
    saving.current = saving.current.then(() => save(ids));
  }

  async function save(ids: readonly string[]) {
    try {
      await setAgentIndexes(agentId, ids);
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "The choice was not saved. Try again." });
      // What is stored is shown, where it can be read.
      await readOffer(agentId).then(setOffer, () => {});
    }
  }

  return (
    <section className="agent-part" aria-labelledby="agent-indexes">
      <h2 id="agent-indexes">Indexes</h2>
      {offer === "reading" && <p className="still-loading">Still loading</p>}
      {offer === "failed" && <p className="documents-note">The indexes did not load. Reload the page to try again.</p>}
      {typeof offer !== "string" && (
        <>
          <p className="field-note">
            {offer.all.length === 0 ? "There are none yet. " : "It looks into those that are chosen, "}
            {offer.all.length === 0 ? (
              <PageLink href="/indexes" className="text-link">
                Make an index
              </PageLink>
            ) : (
              `${MOST_INDEXES} at the most. A choice is saved at once.`
            )}
          </p>
          <ul className="index-choices">
            {offer.all.map((index) => (
              <IndexChoice
                key={index.id}
                index={index}
                isChosen={offer.chosen.includes(index.id)}
                isFull={offer.chosen.length >= MOST_INDEXES}
                onChoose={(isChosen) =>
                  choose(isChosen ? [...offer.chosen, index.id] : offer.chosen.filter((id) => id !== index.id))
                }
              />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

type ChoiceProps = {
  readonly index: KnowledgeIndex;
  readonly isChosen: boolean;
  /** No more may be chosen. */
  readonly isFull: boolean;
  readonly onChoose: (isChosen: boolean) => void;
};

function IndexChoice({ index, isChosen, isFull, onChoose }: ChoiceProps) {
  const id = `index-${index.id}`;
  return (
    <li className="agent-check">
      <input
        type="checkbox"
        id={id}
        checked={isChosen}
        disabled={isFull && !isChosen}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChoose(event.currentTarget.checked)}
      />
      <label htmlFor={id}>
        <bdi>{index.name}</bdi>
      </label>
      <p id={`${id}-note`} className="field-note">
        {indexWords(index)}
      </p>
    </li>
  );
}

/** Indexes of the latest page, and before them those that are chosen and stand further behind. */
async function readOffer(agentId: string): Promise<Offer> {
  const [chosen, page] = await Promise.all([agentIndexes(agentId), listIndexes(0)]);
  const listed = new Set(page.items.map(({ id }) => id));
  return {
    all: [...chosen.items.filter(({ id }) => !listed.has(id)), ...page.items],
    chosen: chosen.items.map(({ id }) => id),
  };
}
