"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { type AgentTool, changeTool, fieldFaults, isProblem, makeTool, type Problem } from "../api";
import { Field, TextField } from "../sign-in/field";
import { useFirstFault } from "../sign-in/use-first-fault";
import { notify } from "../ui/notify";
import { Check } from "./check";
import { type FormType, type ToolFault, toolChange, toolTexts } from "./tool-form";

/** How a field for code is written in. */
const CODE = { rows: 3, dir: "ltr", spellCheck: false, autoCapitalize: "none" } as const;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** One tool in a form: made where `tool` is null, else changed. */
export function ToolForm({ agentId, tool, onClose }: { agentId: string; tool: AgentTool | null; onClose: () => void }) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [type, setType] = useState<FormType>(tool?.type === "api_call" ? "api_call" : "function");
  const [faults, setFaults] = useState<ToolFault>({});
  const [isBusy, setIsBusy] = useState(false);
  useFirstFault(form, faults);
  const texts = toolTexts(tool);

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const { change, wrong } = toolChange(new FormData(event.currentTarget), type, tool);
    if (Object.keys(wrong).length > 0) return setFaults(wrong);
    setIsBusy(true);
    try {
      const saved = tool ? await changeTool(agentId, tool.id, change) : await makeTool(agentId, change);
      void notify({ text: `“${saved.name}” is saved.` });
      router.refresh();
      onClose();
    } catch (thrown) {
      setIsBusy(false);
      const wrong = isProblem(thrown) ? faultsOf(thrown) : null;
      if (wrong) setFaults(wrong);
      else void notify({ text: isProblem(thrown) ? thrown.message : "The tool was not saved. Try again." });
    }
  }

  return (
    <form ref={form} className="agent-form tool-form" aria-label={tool?.name ?? "New tool"} onSubmit={save} noValidate>
      <label className="choice">
        <span>Kind</span>
        <select
          value={type}
          // Made as one kind, it stays one: its calls are in conversations.
          disabled={tool !== null}
          onChange={(event) => setType(event.currentTarget.value === "api_call" ? "api_call" : "function")}
        >
          <option value="function">Function, answered by the program that asks</option>
          <option value="api_call">HTTP request, made by this server</option>
        </select>
      </label>
      <Field
        name="name"
        id="tool-name"
        label="Tool name"
        note="As the model calls it: letters, digits and _."
        defaultValue={texts.name}
        error={faults.name ?? null}
        autoFocus
      />
      <Field
        name="description"
        id="tool-description"
        label="Description"
        note="When and for what the model should call it."
        required={false}
        defaultValue={texts.description}
        error={faults.description ?? null}
      />
      {type === "api_call" && (
        <>
          <div className="tool-address">
            <label className="choice">
              <span>Method</span>
              <select name="method" defaultValue={texts.method}>
                {[...new Set([texts.method, ...METHODS])].map((method) => (
                  <option key={method}>{method}</option>
                ))}
              </select>
            </label>
            <Field
              name="url"
              id="tool-url"
              label="URL"
              type="url"
              inputMode="url"
              note="The arguments go into the query of GET and DELETE, else into a JSON body."
              defaultValue={texts.url}
              error={faults.url ?? null}
            />
          </div>
          <TextField
            name="headers"
            id="tool-headers"
            {...CODE}
            label="Headers"
            note="One a line, such as Accept: application/json. The model does not see them."
            defaultValue={texts.headers}
            error={faults.headers ?? null}
          />
          <Check
            name="open_to_strangers"
            label="Anyone who talks to this bot may run it"
            note="While the bot is public, strangers decide the arguments, and the request goes out with your headers. Leave this off unless any request to this address is harmless."
            checked={tool?.open_to_strangers ?? false}
            error={faults.open_to_strangers}
          />
        </>
      )}
      <TextField
        name="parameters"
        id="tool-parameters"
        {...CODE}
        label="Parameters"
        note="A JSON schema of the arguments."
        defaultValue={texts.parameters}
        error={faults.parameters ?? null}
      />
      <div className="new-key-actions">
        <button type="submit" className="button" data-kind="primary" aria-disabled={isBusy}>
          {tool ? "Save the tool" : "Add the tool"}
        </button>
        <button type="button" className="button" data-kind="quiet" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

const FIELDS = ["name", "description", "parameters", "url", "method", "headers", "open_to_strangers"] as const;

/** A refusal of the server by field; null where it names none. A name that is taken is told without one. */
const faultsOf = (problem: Problem): ToolFault | null => fieldFaults(problem, FIELDS, "name");
