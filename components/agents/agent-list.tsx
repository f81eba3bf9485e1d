"use client";

import { Plus } from "lucide";
import type { AgentPage, AgentView } from "@/lib/pages/page-data.ts";
import { listAgents } from "../api";
import { useShell } from "../frame/shell";
import { SidebarToggle } from "../frame/sidebar-toggle";
import { Icon } from "../ui/icon";
import { PageLink } from "../ui/page-link";
import { useMore } from "../ui/use-more";

/** The account's agents, the latest first. */
export function AgentList({ initial }: { initial: AgentPage }) {
  const { items: agents, hasMore, isBusy, more } = useMore(initial, listAgents, "No more agents came. Try again.");

  return (
    <div className="account">
      <header className="conversation-head">
        <SidebarToggle className="head-toggle" expanded={false} />
        <h1 className="head-title">Agents</h1>
        <PageLink href="/agents/new" className="button agents-new">
          <Icon of={Plus} size={16} />
          New agent
        </PageLink>
      </header>
      <div className="account-scroll">
        <div className="agents">
          <p className="account-empty">
            An agent is instructions, a model and tools under one name. Each answers here, as an assistant for OpenAI
            clients, and as a bot.
          </p>
          {agents.length > 0 && (
            <ul className="agent-list">
              {agents.map((agent) => (
                <AgentRow key={agent.id} agent={agent} />
              ))}
            </ul>
          )}
          {hasMore && (
            <button type="button" className="text-button" aria-disabled={isBusy} onClick={more}>
              Show more
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

function AgentRow({ agent }: { agent: AgentView }) {
  const { model } = useShell();
  const tools = agent.tools.length;
  return (
    <li>
      <PageLink href={`/agents/${agent.id}`} className="agent-row">
        <bdi className="agent-name">{agent.name}</bdi>
        {agent.slug && <code>{agent.slug}</code>}
        <span className="agent-facts">
          {agent.model ?? model.id}
          {tools > 0 && `, ${tools} ${tools === 1 ? "tool" : "tools"}`}
          {agent.is_default && ", answers where no other is chosen"}
          {agent.is_public && ", public"}
        </span>
      </PageLink>
    </li>
  );
}
