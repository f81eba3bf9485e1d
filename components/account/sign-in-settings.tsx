"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { isProblem } from "../api";
import { Field } from "../sign-in/field";
import { useFirstFault } from "../sign-in/use-first-fault";
import { notify } from "../ui/notify";
import { changePassword } from "./requests";

type Faults = { readonly email?: string; readonly current_password?: string; readonly password?: string };

const shortest = 10;

/** A new password, which ends every other browser's sign-in. */
export function SignInSettings({ hasPassword }: { hasPassword: boolean }) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<Faults>({});
  const [isBusy, setIsBusy] = useState(false);
  useFirstFault(form, faults);

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "");
    const password = text("password");
    if (password.length < shortest) {
      return setFaults({ password: `This has ${password.length} characters; it takes at least ${shortest}.` });
    }
    setIsBusy(true);
    try {
      await changePassword({
        password,
        current_password: hasPassword ? text("current_password") : null,
        email: hasPassword ? null : text("email").trim(),
      });
      setFaults({});
      form.current?.reset();
      void notify({ text: "The password is set. Every other browser is signed out." });
      router.refresh();
    } catch (thrown) {
      if (!isProblem(thrown)) void notify({ text: "The password was not changed. Try again." });
      else if (thrown.status === 409) setFaults({ email: thrown.message });
      else setFaults(Object.keys(thrown.fields).length > 0 ? thrown.fields : { password: thrown.message });
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <form ref={form} className="sign-in-settings" onSubmit={save} noValidate>
      <ProofField hasPassword={hasPassword} faults={faults} />
      <Field
        name="password"
        label="New password"
        type="password"
        autoComplete="new-password"
        note={`At least ${shortest} characters.`}
        error={faults.password ?? null}
      />
      <div className="new-key-actions">
        <button type="submit" className="button" data-kind="primary" aria-disabled={isBusy}>
          Set the password
        </button>
      </div>
    </form>
  );
}

/** Whose password it is to be: told by the present one, else by the address that goes with the first. */
function ProofField({ hasPassword, faults }: { hasPassword: boolean; faults: Faults }) {
  if (hasPassword) {
    return (
      <Field
        name="current_password"
        label="Present password"
        type="password"
        autoComplete="current-password"
        error={faults.current_password ?? null}
      />
    );
  }
  return (
    <Field
      name="email"
      label="E-mail"
      type="email"
      autoComplete="username"
      inputMode="email"
      note="This account has no password yet. Set both to sign in from other browsers."
      error={faults.email ?? null}
    />
  );
}
