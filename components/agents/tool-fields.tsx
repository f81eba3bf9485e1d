import { Field, TextField } from "../sign-in/field";
import { Check } from "./check";
import type { AgentTool } from "./requests";
import { type FormType, type ToolFault, toolTexts } from "./tool-form";

/** How a field for code is written in. */
const CODE = { rows: 3, dir: "ltr", spellCheck: false, autoCapitalize: "none" } as const;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

type ToolFieldsProps = {
  readonly tool: AgentTool | null;
  readonly type: FormType;
  readonly onType: (type: FormType) => void;
  readonly faults: ToolFault;
};

/** What a form asks about a tool, with what is wrong with it; empty for a new one, where `tool` is null. */
export function ToolFields({ tool, type, onType, faults }: ToolFieldsProps) {
  const texts = toolTexts(tool);
  return (
    <>
      <label className="choice">
        <span>Kind</span>
        <select
          value={type}
          // Made as one kind, it stays one: its calls are in conversations.
          disabled={tool !== null}
          onChange={(event) => onType(event.currentTarget.value === "api_call" ? "api_call" : "function")}
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
      {type === "api_call" && <RequestFields texts={texts} isOpen={tool?.open_to_strangers ?? false} faults={faults} />}
      <TextField
        name="parameters"
        id="tool-parameters"
        {...CODE}
        label="Parameters"
        note="A JSON schema of the arguments."
        defaultValue={texts.parameters}
        error={faults.parameters ?? null}
      />
      {type === "function" && (
        <TextField
          name="returns"
          id="tool-returns"
          {...CODE}
          label="Result"
          note="A JSON schema of what it gives, or nothing. Who answers a call in the app is asked for these values."
          defaultValue={texts.returns}
          error={faults.returns ?? null}
        />
      )}
    </>
  );
}

type RequestFieldsProps = {
  readonly texts: ReturnType<typeof toolTexts>;
  /** Whether strangers may run the tool. */
  readonly isOpen: boolean;
  readonly faults: ToolFault;
};

/** What a form asks about the request that a tool makes. */
function RequestFields({ texts, isOpen, faults }: RequestFieldsProps) {
  return (
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
        checked={isOpen}
        error={faults.open_to_strangers}
      />
    </>
  );
}
