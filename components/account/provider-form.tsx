"use client";

import { type FormEvent, useRef, useState } from "react";
import { isProblem } from "../api";
import { Field } from "../sign-in/field";
import { useFirstFault } from "../sign-in/use-first-fault";
import { WorkingDash } from "../ui/dash";
import { fieldFaults } from "../ui/field-faults";
import { onEscape } from "../ui/on-escape";
import { type AnsweringProvider, addProvider, changeProvider, type ModelProvider } from "./requests";

type Kind = ModelProvider["kind"];

export const PROVIDER_LABELS: Readonly<Record<Kind, string>> = {
  openai: "OpenAI",
  anthropic: "Anthropic",
  google: "Google",
  mistral: "Mistral",
  compatible: "Another server",
};
const KINDS: readonly Kind[] = ["openai", "anthropic", "google", "mistral", "compatible"];

type ProviderFormProps = {
  /** The provider to be changed; null: a new one. */
  readonly provider: ModelProvider | null;
  readonly onSaved: (provider: AnsweringProvider) => void;
  readonly onLeave: () => void;
};

const FIELDS = ["name", "base_url", "api_key"] as const;
type Faults = Partial<Record<(typeof FIELDS)[number], string>>;

/** Where a provider is and with which key it is asked. It is saved once it has answered. */
export function ProviderForm({ provider, onSaved, onLeave }: ProviderFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState<Kind>(provider?.kind ?? "compatible");
  /** As somebody has written it; null: nobody has. */
  const [name, setName] = useState(provider?.name ?? null);
  const [faults, setFaults] = useState<Faults>({});
  const [isBusy, setIsBusy] = useState(false);
  useFirstFault(form, faults);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const data = new FormData(event.currentTarget);
    const said = (field: string) => String(data.get(field) ?? "").trim();
    setIsBusy(true);
    setFaults({});
    try {
      onSaved(await save(provider, { kind, name: said("name"), base_url: said("base_url"), api_key: said("api_key") }));
    } catch (thrown) {
      setIsBusy(false);
      const told = isProblem(thrown) ? fieldFaults(thrown, FIELDS, "name") : null;
      setFaults(told ?? { name: isProblem(thrown) ? thrown.message : "The provider was not saved. Try again." });
    }
  }

  const isCompatible = kind === "compatible";
  return (
    <form ref={form} className="new-key provider-form" onSubmit={submit} noValidate onKeyDown={onEscape(onLeave)}>
      {provider === null && <KindSelect kind={kind} onChoose={setKind} />}
      {isCompatible && (
        <Field
          name="base_url"
          label="Address"
          type="url"
          inputMode="url"
          note="Up to what stands before /chat/completions, such as http://localhost:11434/v1 for Ollama."
          defaultValue={provider?.base_url ?? ""}
          error={faults.base_url ?? null}
        />
      )}
      <Field
        name="api_key"
        label={isCompatible ? "API key, if it asks for one" : "API key"}
        type="password"
        autoComplete="off"
        note={
          provider?.key_hint == null ? "Stored encrypted, and never shown again." : "Empty: the key stays as it is."
        }
        error={faults.api_key ?? null}
      />
      {/* Chosen anew with the kind, as long as nobody has written another. */}
      <Field
        key={kind}
        name="name"
        label="Name"
        note="Its models are called name/model, here and in every API."
        defaultValue={name ?? (isCompatible ? "" : kind)}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={32}
        error={faults.name ?? null}
      />
      <div className="new-key-actions">
        <button type="submit" className="button" data-kind="primary" aria-disabled={isBusy}>
          {isBusy && <WorkingDash />}
          {isBusy ? "Asking it for its models" : "Save"}
        </button>
        <button type="button" className="button" data-kind="quiet" onClick={onLeave}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function KindSelect({ kind, onChoose }: { readonly kind: Kind; readonly onChoose: (kind: Kind) => void }) {
  return (
    <label className="choice">
      <span>Provider</span>
      {/* biome-ignore lint/a11y/noAutofocus: the form has taken the place of the button that opened it. */}
      <select value={kind} autoFocus onChange={(event) => onChoose(asKind(event.currentTarget.value))}>
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {PROVIDER_LABELS[one]}
          </option>
        ))}
      </select>
    </label>
  );
}

const asKind = (value: string): Kind => KINDS.find((kind) => kind === value) ?? "compatible";

type Said = { readonly kind: Kind; readonly name: string; readonly base_url: string; readonly api_key: string };

function save(provider: ModelProvider | null, { kind, name, base_url, api_key }: Said): Promise<AnsweringProvider> {
  const address = kind === "compatible" ? base_url : null;
  if (provider === null) return addProvider({ kind, name, base_url: address, api_key: api_key || null });
  return changeProvider(provider.id, {
    name,
    ...(address === null ? {} : { base_url: address }),
    ...(api_key === "" ? {} : { api_key }),
  });
}
