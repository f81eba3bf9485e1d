"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { type AgentTool, changeTool, isProblem, makeTool, type Problem } from "../api";
import { Field } from "../sign-in/field";
import { useFirstFault } from "../sign-in/use-first-fault";
import { notify } from "../ui/notify";
import { type FormType, type ToolFault, toolChange, toolTexts } from "./tool-form";

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
          <Lines
            name="headers"
            label="Headers"
            note="One a line, such as Accept: application/json. The model does not see them."
            text={texts.headers}
            error={faults.headers}
          />
        </>
      )}
      <Lines
        name="parameters"
        label="Parameters"
        note="A JSON schema of the arguments."
        text={texts.parameters}
        error={faults.parameters}
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

type LinesProps = {
  readonly name: string;
  readonly label: string;
  readonly note: string;
  readonly text: string;
  readonly error?: string;
};

function Lines({ name, label, note, text, error }: LinesProps) {
  return (
    <div className="field">
      <label htmlFor={`tool-${name}`}>{label}</label>
      <textarea
        id={`tool-${name}`}
        name={name}
        rows={3}
        dir="ltr"
        spellCheck={false}
        autoCapitalize="none"
        defaultValue={text}
        aria-invalid={error !== undefined}
        aria-describedby={`tool-${name}-note`}
      />
      <p id={`tool-${name}-note`} className={error ? "field-error" : "field-note"} role={error ? "alert" : undefined}>
        {error ?? note}
      </p>
    </div>
  );
}

const FIELDS = ["name", "description", "parameters", "url", "method", "headers"] as const;

/** A refusal of the server by field; null where it names none. A name that is taken is told without one. */
function faultsOf({ status, fields, message }: Problem): ToolFault | null {
  const named = FIELDS.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]] as const]));
  if (named.length > 0) return Object.fromEntries(named);
  return status === 409 ? { name: message } : null;
}
