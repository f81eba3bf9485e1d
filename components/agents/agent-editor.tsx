"use client";

import { MessageSquare } from "lucide";
import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import type { AgentView } from "@/lib/pages/page-data.ts";
import { isProblem } from "../api";
import { SidebarToggle } from "../frame/sidebar-toggle";
import { AgentKnowledge } from "../knowledge/agent-knowledge";
import { useFirstFault } from "../sign-in/use-first-fault";
import { Icon } from "../ui/icon";
import { notify } from "../ui/notify";
import { PageLink } from "../ui/page-link";
import { AgentDoors } from "./agent-doors";
import { AgentFields } from "./agent-fields";
import { type AgentFaults, agentChange, faultsOf } from "./agent-form";
import { AgentTools } from "./agent-tools";
import { DeleteAgent } from "./delete-agent";
import { changeAgent, makeAgent } from "./requests";
import { useUnsaved } from "./use-unsaved";

/** One agent in a form: made where `agent` is null, else changed. What is not saved is not left without a question. */
export function AgentEditor({ agent, models }: { agent: AgentView | null; models: readonly string[] }) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<AgentFaults>({});
  const [isChanged, setIsChanged] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  useUnsaved(isChanged, "agent");
  useFirstFault(form, faults);

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const { change, wrong } = agentChange(new FormData(event.currentTarget));
    if (Object.keys(wrong).length > 0) return setFaults(wrong);
    setIsBusy(true);
    // What is typed from here on is a change again.
    setIsChanged(false);
    try {
      const saved = agent ? await changeAgent(agent.id, change) : await makeAgent(change);
      setFaults({});
      void notify({ text: `“${saved.name}” is saved.` });
      // One that is made has a page of its own: pressed again meanwhile nothing is made twice.
      if (!agent) return router.replace(`/agents/${saved.id}`);
      router.refresh();
      setIsBusy(false);
    } catch (thrown) {
      setIsBusy(false);
      setIsChanged(true);
      const wrong = isProblem(thrown) ? faultsOf(thrown) : null;
      if (wrong) setFaults(wrong);
      else void notify({ text: isProblem(thrown) ? thrown.message : "The agent was not saved. Try again." });
    }
  }

  return (
    <div className="account">
      <header className="conversation-head">
        <SidebarToggle className="head-toggle" expanded={false} />
        <h1 className="head-title">
          <bdi>{agent?.name ?? "New agent"}</bdi>
        </h1>
        {agent && (
          <PageLink href={`/?agent=${agent.id}`} className="button agents-new">
            <Icon of={MessageSquare} size={16} />
            Try it
          </PageLink>
        )}
      </header>
      <div className="account-scroll">
        <form
          ref={form}
          className="agent-form"
          onSubmit={save}
          onChange={() => setIsChanged(true)}
          onKeyDown={(event) => {
            if (event.key !== "s" || !(event.metaKey || event.ctrlKey)) return;
            event.preventDefault();
            form.current?.requestSubmit();
          }}
          noValidate
        >
          <AgentFields agent={agent} models={models} faults={faults} />
          <div className="new-key-actions">
            <button type="submit" className="button" data-kind="primary" aria-disabled={isBusy}>
              {agent ? "Save" : "Make the agent"}
            </button>
            <PageLink href="/agents" className="button" data-kind="quiet" data-leaves>
              {isChanged ? "Leave without saving" : "All agents"}
            </PageLink>
          </div>
        </form>
        {agent && <AgentTools agent={agent} />}
        {agent && <AgentKnowledge agentId={agent.id} />}
        {agent && <AgentDoors agent={agent} />}
        {agent && <DeleteAgent agent={agent} />}
      </div>
    </div>
  );
}
