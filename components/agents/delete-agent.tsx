"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { AgentView } from "@/lib/http/page-data.ts";
import { deleteAgent, isProblem } from "../api";
import { notify } from "../ui/notify";

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
        <div className="key-ask">
          <p>
            Delete “<bdi>{agent.name}</bdi>” with its tools and documents? Its sessions stay, and programs that ask it
            are told that it is gone.
          </p>
          {/* biome-ignore lint/a11y/noAutofocus: the question has taken the place of the button that asked it. */}
          <button type="button" className="button" autoFocus onClick={() => setIsAsking(false)}>
            Keep it
          </button>
          <button type="button" className="button" data-kind="danger" onClick={remove}>
            Delete
          </button>
        </div>
      ) : (
        <button type="button" className="text-button" onClick={() => setIsAsking(true)}>
          Delete this agent
        </button>
      )}
    </section>
  );
}
