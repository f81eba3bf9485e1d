"use client";

import { MessageSquare } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { AgentView } from "@/lib/pages/page-data.ts";
import { changeAgent, isProblem, makeAgent } from "../api";
import { SidebarToggle } from "../frame/sidebar-toggle";
import { Field, TextField } from "../sign-in/field";
import { useFirstFault } from "../sign-in/use-first-fault";
import { notify } from "../ui/notify";
import { AgentDoors } from "./agent-doors";
import { type AgentField, agentChange, faultsOf } from "./agent-form";
import { AgentTools } from "./agent-tools";
import { Check } from "./check";
import { DeleteAgent } from "./delete-agent";

type Faults = Partial<Record<AgentField, string>>;

/** One agent in a form: made where `agent` is null, else changed. What is not saved is not left without a question. */
export function AgentEditor({ agent, models }: { agent: AgentView | null; models: readonly string[] }) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<Faults>({});
  const [isChanged, setIsChanged] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  useUnsaved(isChanged);
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
      if (agent) router.refresh();
      else router.replace(`/agents/${saved.id}`);
    } catch (thrown) {
      setIsChanged(true);
      const wrong = isProblem(thrown) ? faultsOf(thrown) : null;
      if (wrong) setFaults(wrong);
      else void notify({ text: isProblem(thrown) ? thrown.message : "The agent was not saved. Try again." });
    } finally {
      setIsBusy(false);
    }
  }

  const modelNames = [...new Set([...(agent?.model ? [agent.model] : []), ...models])];
  return (
    <div className="account">
      <header className="conversation-head">
        <SidebarToggle className="head-toggle" expanded={false} />
        <h1 className="head-title">
          <bdi>{agent?.name ?? "New agent"}</bdi>
        </h1>
        {agent && (
          <Link href={`/?agent=${agent.id}`} className="button agents-new" prefetch={false}>
            <MessageSquare size={16} strokeWidth={1.6} aria-hidden="true" />
            Try it
          </Link>
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
          <Field name="name" label="Name" defaultValue={agent?.name} error={faults.name ?? null} autoFocus={!agent} />
          <Field
            name="about"
            label="About"
            note="One line for people who choose between agents."
            required={false}
            defaultValue={agent?.about}
            error={faults.about ?? null}
          />
          <TextField
            name="instructions"
            label="Instructions"
            note="What the model is told before every conversation."
            rows={8}
            dir="auto"
            defaultValue={agent?.instructions}
            error={faults.instructions ?? null}
          />
          <div className="agent-numbers">
            <label className="choice">
              <span>Model</span>
              <select name="model" defaultValue={agent?.model ?? ""}>
                <option value="">The server’s default</option>
                {modelNames.map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <Field
              name="temperature"
              label="Temperature"
              note="0 to 2. Empty: the model’s own."
              inputMode="decimal"
              required={false}
              defaultValue={agent?.temperature ?? ""}
              error={faults.temperature ?? null}
            />
            <Field
              name="max_tokens"
              label="Longest answer"
              note="In tokens. Empty: as the model likes."
              inputMode="numeric"
              required={false}
              defaultValue={agent?.max_tokens ?? ""}
              error={faults.max_tokens ?? null}
            />
          </div>
          <Field
            name="slug"
            label="Slug"
            note="Its name for bot clients, on this server its own: lower-case letters, digits and hyphens."
            required={false}
            defaultValue={agent?.slug ?? ""}
            error={faults.slug ?? null}
          />
          <Check
            name="is_public"
            label="Public bot"
            note="Anybody may ask it without a key, at your cost. Of its tools it runs for them only those that you open to anyone."
            checked={agent?.is_public}
            error={faults.is_public}
          />
          <Check
            name="allow_caller_system_messages"
            label="Assistants’ callers may add system messages"
            note="They come after the instructions."
            checked={agent?.allow_caller_system_messages}
          />
          <Field
            name="session_max_ttl"
            label="Assistants’ sessions end"
            note="Seconds after their last message. Empty: never."
            inputMode="numeric"
            required={false}
            defaultValue={agent?.session_max_ttl ?? ""}
            error={faults.session_max_ttl ?? null}
          />
          <div className="new-key-actions">
            <button type="submit" className="button" data-kind="primary" aria-disabled={isBusy}>
              {agent ? "Save" : "Make the agent"}
            </button>
            <Link href="/agents" className="button" data-kind="quiet" data-leaves prefetch={false}>
              {isChanged ? "Leave without saving" : "All agents"}
            </Link>
          </div>
        </form>
        {agent && <AgentTools agent={agent} />}
        {agent && <AgentDoors agent={agent} />}
        {agent && <DeleteAgent agent={agent} />}
      </div>
    </div>
  );
}

/** Asks before the page is left with changes that are not saved, by the browser or by a link. */
function useUnsaved(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    const askAtLink = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (!link || link.hasAttribute("data-leaves") || window.confirm("Leave without saving the agent?")) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("beforeunload", ask);
    document.addEventListener("click", askAtLink, true);
    return () => {
      window.removeEventListener("beforeunload", ask);
      document.removeEventListener("click", askAtLink, true);
    };
  }, [isChanged]);
}
