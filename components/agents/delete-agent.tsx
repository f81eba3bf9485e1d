"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { AgentView } from "@/lib/pages/page-data.ts";
import { isProblem } from "../api";
import { AskFirst } from "../ui/ask-first";
import { notify } from "../ui/notify";
import { deleteAgent } from "./requests";

/** Asks first: an agent does not come back. */
export function DeleteAgent({ agent }: { agent: AgentView }) {
  const router = useRouter();
  const [isAsking, setIsAsking] = useState(false);

  async function remove() {
    try {
      await deleteAgent(agent.id);
      void notify({ text: `“${agent.name}” is deleted.` });
      router.replace("/agents");
      router.refresh();
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "The agent was not deleted. Try again." });
    }
  }

  return (
    <section className="agent-part" aria-label="Delete">
      {isAsking ? (
        <AskFirst label="Delete" onDo={remove} onKeep={() => setIsAsking(false)}>
          Delete “<bdi>{agent.name}</bdi>” with its tools and documents? Its sessions stay, and programs that ask it are
          told that it is gone.
        </AskFirst>
      ) : (
        <button type="button" className="text-button" onClick={() => setIsAsking(true)}>
          Delete this agent
        </button>
      )}
    </section>
  );
}
