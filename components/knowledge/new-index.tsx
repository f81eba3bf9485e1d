"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { isProblem } from "../api";
import { Field } from "../sign-in/field";
import { fieldFaults } from "../ui/field-faults";
import { notify } from "../ui/notify";
import { onEscape } from "../ui/on-escape";
import { makeIndex } from "./requests";

/** Asks how a new index is called, makes it and goes there. */
export function NewIndex({ onLeave }: { readonly onLeave: () => void }) {
  const router = useRouter();
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function make(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    if (name === "") return setFault("Give the index a name");
    setIsBusy(true);
    try {
      const { id } = await makeIndex(name);
      router.push(`/indexes/${id}`);
    } catch (thrown) {
      setIsBusy(false);
      const wrong = isProblem(thrown) ? fieldFaults(thrown, ["name"], "name") : null;
      if (wrong?.name) setFault(wrong.name);
      else void notify({ text: isProblem(thrown) ? thrown.message : "The index was not made. Try again." });
    }
  }

  return (
    <form className="agent-form" aria-label="New index" onSubmit={make} onKeyDown={onEscape(onLeave)} noValidate>
      <Field name="name" label="Name" dir="auto" maxLength={255} error={fault} autoFocus />
      <div className="new-key-actions">
        <button type="submit" className="button" data-kind="primary" aria-disabled={isBusy}>
          Make the index
        </button>
        <button type="button" className="button" data-kind="quiet" onClick={onLeave}>
          Cancel
        </button>
      </div>
    </form>
  );
}
