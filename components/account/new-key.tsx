"use client";

import { type FormEvent, useRef, useState } from "react";
import { isProblem } from "../api";
import { Field } from "../sign-in/field";
import { onEscape } from "../ui/on-escape";
import { NewKeyLimits } from "./new-key-limits";
import type { PublishedApi } from "./published-api";
import { makeKey, type NewApiKey } from "./requests";

type NewKeyProps = {
  readonly apis: readonly PublishedApi[];
  readonly onMade: (key: NewApiKey) => void;
  readonly onLeave: () => void;
};

/** What a new key is for, and no more than that. */
export function NewKey({ apis, onMade, onLeave }: NewKeyProps) {
  const name = useRef<HTMLInputElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const form = new FormData(event.currentTarget);
    if (String(form.get("key-name")).trim() === "") {
      setFailure("Name the key after what will use it.");
      name.current?.focus();
      return;
    }
    setIsBusy(true);
    const chosen = (field: string) => String(form.get(field) ?? "");
    const days = Number(form.get("ends"));
    try {
      const made = await makeKey({
        name: String(form.get("key-name")),
        scopes: [chosen("through"), chosen("may")].filter((scope) => scope !== ""),
        agent_id: chosen("reaches") || null,
        expires_in_days: days > 0 ? days : null,
      });
      onMade(made);
    } catch (thrown) {
      setFailure(isProblem(thrown) ? thrown.message : "The key was not made. Try again.");
      setIsBusy(false);
    }
  }

  return (
    <form className="new-key" onSubmit={submit} noValidate onKeyDown={onEscape(onLeave)}>
      <Field
        ref={name}
        name="key-name"
        label="Name"
        note="What will use it, such as “Night jobs”."
        autoFocus
        error={failure}
      />
      <NewKeyLimits apis={apis} />
      <div className="new-key-actions">
        <button type="submit" className="button" data-kind="primary" aria-disabled={isBusy}>
          Make the key
        </button>
        <button type="button" className="button" data-kind="quiet" onClick={onLeave}>
          Cancel
        </button>
      </div>
    </form>
  );
}
