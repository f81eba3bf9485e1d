import type { Problem } from "../api";
import { fieldFaults } from "../ui/field-faults";
import type { AgentChange } from "./requests";

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
  const whole = (name: AgentField): number | null => {
    const value = text(name);
    if (value === "") return null;
    const read = wholeNumber(value);
    if (read === null) wrong[name] = "Enter a whole number, or leave it empty";
    return read;
  };
  const change: AgentChange = {
    name: text("name"),
    about: text("about"),
    instructions: String(form.get("instructions") ?? "").trimEnd(),
    model: text("model") || null,
    temperature: number("temperature"),
    max_tokens: whole("max_tokens"),
    slug: text("slug") || null,
    is_public: form.get("is_public") !== null,
    allow_caller_system_messages: form.get("allow_caller_system_messages") !== null,
    session_max_ttl: whole("session_max_ttl"),
  };
  return { change, wrong };
}

/**
 * Digits, which may stand in groups of three as people write thousands: 4000, 4,000, 4.000, 4 000. Null: another text.
 */
function wholeNumber(text: string): number | null {
  const isGrouped = /^\d{1,3}(?:([.,'’\s])\d{3})(?:\1\d{3})*$/u.test(text);
  return isGrouped || /^\d+$/u.test(text) ? Number(text.replace(/\D/gu, "")) : null;
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
