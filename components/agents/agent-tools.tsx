"use client";

import { Plus } from "lucide";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import type { AgentView } from "@/lib/pages/page-data.ts";
import { isProblem } from "../api";
import { AskFirst } from "../ui/ask-first";
import { Icon } from "../ui/icon";
import { notify } from "../ui/notify";
import { refocus } from "../ui/refocus";
import { type AgentTool, deleteTool } from "./requests";
import { ToolForm } from "./tool-form-view";

const KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    function: "Function, answered by the program that asks",
    api_call: "HTTP request, made by this server",
  }),
);

/** The tools that an agent's model may call: added, changed and taken away one by one. */
export function AgentTools({ agent }: { agent: AgentView }) {
  const router = useRouter();
  /** The id of the tool that is edited, or "new". */
  const [edited, setEdited] = useState<string | null>(null);
  /** The id of the tool that may go. */
  const [asked, setAsked] = useState<string | null>(null);

  async function remove({ id, name }: AgentTool) {
    try {
      await deleteTool(agent.id, id);
      void notify({ text: `“${name}” is taken away.` });
      router.refresh();
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "The tool was not taken away. Try again." });
    }
    setAsked(null);
  }

  const section = useRef<HTMLElement>(null);
  const isChanged = useRef(false);

  function edit(id: string) {
    if (isChanged.current && !window.confirm("Leave without saving the tool?")) return;
    isChanged.current = false;
    setEdited(id);
  }

  function close() {
    isChanged.current = false;
    setEdited(null);
    // The button that opened the form is drawn again.
    refocus(() => section.current?.querySelector<HTMLElement>(`[data-edits="${CSS.escape(edited ?? "")}"]`));
  }

  function changed() {
    isChanged.current = true;
  }

  const form = { agentId: agent.id, onClose: close, onChanged: changed };
  return (
    <section ref={section} className="agent-part" aria-labelledby="agent-tools">
      <h2 id="agent-tools">Tools</h2>
      {agent.tools.length === 0 && edited === null && (
        <p className="field-note">
          None yet. A tool lets the model look something up or do something; it decides when from the description.
        </p>
      )}
      <ul className="agent-tools">
        {agent.tools.map((tool) => (
          <li key={tool.id}>
            {edited === tool.id ? (
              <ToolForm key={tool.id} {...form} tool={tool} />
            ) : asked === tool.id ? (
              <AskFirst label="Take away" onDo={() => remove(tool)} onKeep={() => setAsked(null)}>
                Take <code>{tool.name}</code> from this agent?
              </AskFirst>
            ) : (
              <ToolWords tool={tool} onEdit={() => edit(tool.id)} onTakeAway={() => setAsked(tool.id)} />
            )}
          </li>
        ))}
      </ul>
      {edited === "new" ? (
        <ToolForm {...form} tool={null} />
      ) : (
        <button type="button" className="text-button" data-edits="new" onClick={() => edit("new")}>
          <Icon of={Plus} size={14} />
          Add a tool
        </button>
      )}
    </section>
  );
}

type ToolWordsProps = { readonly tool: AgentTool; readonly onEdit: () => void; readonly onTakeAway: () => void };

/** What a tool is, and what may be done with it here. */
function ToolWords({ tool: { id, name, description, type, open_to_strangers }, onEdit, onTakeAway }: ToolWordsProps) {
  return (
    <>
      <p>
        <code>{name}</code>
        {description && <> {description}</>}
      </p>
      <p className="field-note">
        {KINDS.get(type) ?? `${type}, changed through the Julep API`}
        {open_to_strangers && ". Anyone who talks to this bot may run it."}
      </p>
      <div className="agent-tool-actions">
        {KINDS.has(type) && (
          <button type="button" className="text-button" data-edits={id} onClick={onEdit}>
            Change<span className="sr-only"> {name}</span>
          </button>
        )}
        <button type="button" className="text-button" onClick={onTakeAway}>
          Take away<span className="sr-only"> {name}</span>
        </button>
      </div>
    </>
  );
}
