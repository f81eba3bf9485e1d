import { type AgentChange, fieldFaults, type Problem } from "../api";

type AgentField = keyof AgentChange;

export type AgentFaults = Partial<Record<AgentField, string>>;

/** What a form says of an agent, and what of it is no number. */
export function agentChange(form: FormData): { readonly change: AgentChange; readonly wrong: AgentFaults } {
  const wrong: AgentFaults = {};
  const text = (name: AgentField) => String(form.get(name) ?? "").trim();
  const number = (name: AgentField): number | null => {
    const value = text(name);
    if (value === "") return null;
    const read = Number(value.replace(",", "."));
    if (!Number.isFinite(read)) wrong[name] = "Enter a number, or leave it empty";
    return read;
  };
  const change: AgentChange = {
    name: text("name"),
    about: text("about"),
    instructions: String(form.get("instructions") ?? "").trimEnd(),
    model: text("model") || null,
    temperature: number("temperature"),
    max_tokens: number("max_tokens"),
    slug: text("slug") || null,
    is_public: form.get("is_public") !== null,
    allow_caller_system_messages: form.get("allow_caller_system_messages") !== null,
    session_max_ttl: number("session_max_ttl"),
  };
  return { change, wrong };
}

const FIELDS: readonly AgentField[] = [
  "name",
  "about",
  "instructions",
  "model",
  "temperature",
  "max_tokens",
  "slug",
  "is_public",
  "allow_caller_system_messages",
  "session_max_ttl",
];

/** A refusal of the server by field; null where it names none. A slug that is taken is told without one. */
export const faultsOf = (problem: Problem): AgentFaults | null => fieldFaults(problem, FIELDS, "slug");
