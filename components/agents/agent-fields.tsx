import type { AgentView } from "@/lib/pages/page-data.ts";
import { Field, TextField } from "../sign-in/field";
import type { AgentFaults } from "./agent-form";
import { Check } from "./check";

type AgentFieldsProps = {
  readonly agent: AgentView | null;
  /** The names of the models that the server offers. */
  readonly models: readonly string[];
  readonly faults: AgentFaults;
};

/** What a form asks about an agent, with what is wrong with it; empty for a new one, where `agent` is null. */
export function AgentFields({ agent, models, faults }: AgentFieldsProps) {
  return (
    <>
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
      <AgentModel agent={agent} models={models} faults={faults} />
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
    </>
  );
}

/** Which model answers, and how. The agent's own model stays a choice where the server no longer offers it. */
function AgentModel({ agent, models, faults }: AgentFieldsProps) {
  const modelNames = [...new Set([...(agent?.model ? [agent.model] : []), ...models])];
  return (
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
  );
}
