"use client";

import { Plus } from "lucide";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { isProblem } from "../api";
import { AskFirst } from "../ui/ask-first";
import { Icon } from "../ui/icon";
import { notify } from "../ui/notify";
import { PROVIDER_LABELS, ProviderForm } from "./provider-form";
import { type AnsweringProvider, type ModelProvider, removeProvider } from "./requests";

/** The providers of models beside the server's own: added once they have answered, changed and removed in their row. */
export function ModelProviders({ initial }: { initial: readonly ModelProvider[] }) {
  const router = useRouter();
  const [providers, setProviders] = useState(initial);
  const [open, setOpen] = useState<ModelProvider | "new" | null>(null);
  const opener = useRef<HTMLButtonElement>(null);

  function close() {
    setOpen(null);
    // The button is drawn again by the same update.
    requestAnimationFrame(() => opener.current?.focus());
  }

  function take({ models, ...provider }: AnsweringProvider) {
    const isNew = !providers.some(({ id }) => id === provider.id);
    setProviders((all) => (isNew ? [...all, provider] : all.map((one) => (one.id === provider.id ? provider : one))));
    void notify({ text: `“${provider.name}” answers. ${foundModels(provider.name, models)}` });
    close();
    // Pages that the router holds offer the models of before.
    router.refresh();
  }

  async function remove(provider: ModelProvider) {
    try {
      await removeProvider(provider.id);
      setProviders((all) => all.filter(({ id }) => id !== provider.id));
      void notify({ text: `“${provider.name}” is removed, with its key.` });
      router.refresh();
    } catch (thrown) {
      void notify({ text: isProblem(thrown) ? thrown.message : "The provider was not removed. Try again." });
    }
  }

  return (
    <>
      {providers.length === 0 && open === null && (
        <p className="account-empty">
          None yet: the server’s own models answer. Add OpenAI, Anthropic, Google, Mistral, or any server that speaks
          OpenAI’s chat completions, such as Ollama, LM Studio, vLLM or OpenRouter.
        </p>
      )}
      {providers.length > 0 && (
        <ul className="connections model-providers" aria-label="Model providers">
          {providers.map((provider) => (
            <ProviderRow
              key={provider.id}
              provider={provider}
              onEdit={() => setOpen(provider)}
              onRemove={() => remove(provider)}
            />
          ))}
        </ul>
      )}
      {open === null ? (
        <button ref={opener} type="button" className="button account-new" onClick={() => setOpen("new")}>
          <Icon of={Plus} size={16} />
          Add a provider
        </button>
      ) : (
        <ProviderForm
          key={open === "new" ? "new" : open.id}
          provider={open === "new" ? null : open}
          onSaved={take}
          onLeave={close}
        />
      )}
    </>
  );
}

function foundModels(name: string, models: number | null): string {
  if (models === null) return `It has no list of models: name one yourself, as ${name}/its-name.`;
  return models === 1 ? "1 model found." : `${models} models found.`;
}

type ProviderRowProps = {
  readonly provider: ModelProvider;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
};

function ProviderRow({ provider, onEdit, onRemove }: ProviderRowProps) {
  const [isAsking, setIsAsking] = useState(false);
  const { name, kind, base_url, key_hint } = provider;
  if (isAsking) {
    return (
      <li>
        <AskFirst label="Remove" onDo={onRemove} onKeep={() => setIsAsking(false)}>
          Remove “<bdi>{name}</bdi>” with its key? Agents and sessions that use its models cannot answer until another
          is chosen.
        </AskFirst>
      </li>
    );
  }
  return (
    <li>
      <span>
        <bdi>{name}</bdi>
        <span className="field-note">
          <bdi>{kind === "compatible" ? base_url : PROVIDER_LABELS[kind]}</bdi>
          {key_hint === null ? ", no key" : key_hint === "" ? ", with a key" : `, key ends in ${key_hint}`}
        </span>
      </span>
      <span className="row-actions">
        <button type="button" className="text-button" onClick={onEdit}>
          Change<span className="sr-only"> {name}</span>
        </button>
        <button type="button" className="text-button" onClick={() => setIsAsking(true)}>
          Remove<span className="sr-only"> {name}</span>
        </button>
      </span>
    </li>
  );
}
