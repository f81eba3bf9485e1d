"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { isProblem, type Problem } from "../api";
import { useFirstFault } from "../sign-in/use-first-fault";
import { fieldFaults } from "../ui/field-faults";
import { notify } from "../ui/notify";
import { type AgentTool, changeTool, makeTool } from "./requests";
import { ToolFields } from "./tool-fields";
import { type FormType, type ToolFault, toolChange } from "./tool-form";
import { useUnsaved } from "./use-unsaved";

type ToolFormProps = {
  readonly agentId: string;
  readonly tool: AgentTool | null;
  /** Something is written that is not saved. */
  readonly onChanged: () => void;
  readonly onClose: () => void;
};

/** One tool in a form: made where `tool` is null, else changed. */
export function ToolForm({ agentId, tool, onChanged, onClose }: ToolFormProps) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [type, setType] = useState<FormType>(tool?.type === "api_call" ? "api_call" : "function");
  const [faults, setFaults] = useState<ToolFault>({});
  const [isBusy, setIsBusy] = useState(false);
  const [isChanged, setIsChanged] = useState(false);
  useUnsaved(isChanged, "tool");
  useFirstFault(form, faults);

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
    <form
      ref={form}
      className="agent-form tool-form"
      aria-label={tool?.name ?? "New tool"}
      onSubmit={save}
      onChange={() => {
        setIsChanged(true);
        onChanged();
      }}
      noValidate
    >
      <ToolFields tool={tool} type={type} onType={setType} faults={faults} />
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

const FIELDS = [
  "name",
  "description",
  "parameters",
  "returns",
  "url",
  "method",
  "headers",
  "open_to_strangers",
] as const;

/** A refusal of the server by field; null where it names none. A name that is taken is told without one. */
const faultsOf = (problem: Problem): ToolFault | null => fieldFaults(problem, FIELDS, "name");
