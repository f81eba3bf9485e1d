"use client";

import { type FormEvent, useEffect, useRef, useState } from "react";
import { isProblem } from "../api";
import { dropDrafts } from "../conversation/draft";
import { Field } from "../sign-in/field";
import { useFirstFault } from "../sign-in/use-first-fault";
import { notify } from "../ui/notify";
import { refocus } from "../ui/refocus";
import { deleteAccount } from "./requests";

/** Deletes the account with all it has, after a question and the password; a guest has nothing but what it made. */
export function DeleteAccount({ isGuest, hasPassword }: { isGuest: boolean; hasPassword: boolean }) {
  const form = useRef<HTMLFormElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [faults, setFaults] = useState<{ readonly password?: string }>({});
  useFirstFault(form, faults);

  useEffect(() => {
    // The question has taken the place of the button that asked it.
    if (isAsking) form.current?.querySelector<HTMLElement>("input, button")?.focus();
  }, [isAsking]);

  async function remove(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const password = hasPassword ? String(new FormData(event.currentTarget).get("password") ?? "") : null;
    setIsBusy(true);
    try {
      await deleteAccount(password);
      dropDrafts();
      // A page of its own: nothing that was read for the account stays in memory.
      window.location.assign("/");
    } catch (thrown) {
      setIsBusy(false);
      const told = isProblem(thrown) ? (thrown.fields.password ?? thrown.message) : null;
      if (hasPassword && told !== null) setFaults({ password: told });
      else void notify({ text: told ?? "The account was not deleted. Try again." });
    }
  }

  if (!isAsking) {
    return (
      <button ref={opener} type="button" className="text-button" onClick={() => setIsAsking(true)}>
        {isGuest ? "Delete all I made here" : "Delete this account"}
      </button>
    );
  }
  return (
    <form ref={form} className="sign-in-settings" onSubmit={remove} noValidate>
      <p>
        {isGuest
          ? "Delete every session that you made here? Nothing of it can be brought back."
          : "Delete this account with its sessions, agents, documents and keys? Nothing of it can be brought back, and programs that use its keys are refused from now on."}
      </p>
      {hasPassword && (
        <Field
          name="password"
          id="leaving-password"
          label="Present password"
          type="password"
          autoComplete="current-password"
          error={faults.password ?? null}
        />
      )}
      <div className="new-key-actions">
        <button
          type="button"
          className="button"
          onClick={() => {
            setIsAsking(false);
            refocus(() => opener.current);
          }}
        >
          Keep it
        </button>
        <button type="submit" className="button" data-kind="danger" aria-disabled={isBusy}>
          {isBusy ? "Deleting…" : isGuest ? "Delete all of it" : "Delete the account"}
        </button>
      </div>
    </form>
  );
}
