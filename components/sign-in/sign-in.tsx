"use client";

import { useSearchParams } from "next/navigation";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { createAccount } from "../account/requests";
import { useShell } from "../frame/shell";
import { Dash } from "../ui/dash";
import { PageLink } from "../ui/page-link";
import { checkCredentials, enter, type Failure, failureOf, shortest } from "./credentials";
import { Field } from "./field";
import { VoucherButtons } from "./vouchers";

type Mode = "sign-in" | "sign-up";

/** What a page that sent the visitor here says in its address: ours, and next-auth's. */
const CAUSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    link: "This link has been used, or its day is over. Sign in, or restart the server for a new one.",
    closed: "There is no account for this sign-in, and new accounts are not open on this server.",
    limit: "Too many tries from your address. Wait a minute, then try again.",
    AccessDenied: "The sign-in was refused.",
  }),
);

type SignInProps = { readonly canSignUp: boolean; readonly canStayGuest: boolean };

export function SignIn({ canSignUp, canStayGuest }: SignInProps) {
  const [mode, setMode] = useState<Mode>("sign-in");
  const { vouchers: all, viewer } = useShell();
  // Who is signed in would connect another person's identity with the account: that is for the account page.
  const vouchers = viewer.kind === "person" ? [] : all;
  const cause = useSearchParams().get("error");
  const [failure, setFailure] = useState<Failure | null>(
    cause === null ? null : { field: null, text: CAUSES.get(cause) ?? "The sign-in was not completed. Try again." },
  );
  const [isBusy, setIsBusy] = useState(false);
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const isNew = mode === "sign-up";

  useEffect(() => {
    const fields: Record<string, RefObject<HTMLInputElement | null>> = { email, password };
    if (failure?.field) fields[failure.field]?.current?.focus();
  }, [failure]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isBusy) return;
    const address = email.current?.value.trim() ?? "";
    const secret = password.current?.value ?? "";
    const missing = checkCredentials(address, secret, isNew);
    setFailure(missing);
    if (missing) return;
    setIsBusy(true);
    try {
      if (isNew) await createAccount(address, secret);
      else await enter(address, secret);
      window.location.assign(returnPath());
    } catch (thrown) {
      setFailure(failureOf(thrown));
      setIsBusy(false);
    }
  }

  return (
    <div className="sign-in">
      <div className="sign-in-column">
        <Dash />
        <h1>{isNew ? "Create an account" : "Sign in"}</h1>
        <p className="sign-in-lead">Your draft is kept.</p>
        <form onSubmit={submit} noValidate>
          <CredentialFields email={email} password={password} isNew={isNew} failure={failure} />
          {failure && failure.field === null && (
            <p className="field-error" role="alert">
              {failure.text}
            </p>
          )}
          <div className="sign-in-actions">
            <button type="submit" className="button" data-kind="primary" aria-disabled={isBusy}>
              {isNew ? "Create account" : "Sign in"}
            </button>
            {canStayGuest && (
              <PageLink href="/" className="button" data-kind="quiet">
                Go on as a guest
              </PageLink>
            )}
          </div>
        </form>
        {vouchers.length > 0 && <VoucherButtons vouchers={vouchers} verb="Continue with" returnTo={returnPath} />}
        {canSignUp && (
          <ModeSwitch
            isNew={isNew}
            onSwitch={() => {
              setMode(isNew ? "sign-in" : "sign-up");
              setFailure(null);
            }}
          />
        )}
      </div>
    </div>
  );
}

type CredentialFieldsProps = {
  readonly email: RefObject<HTMLInputElement | null>;
  readonly password: RefObject<HTMLInputElement | null>;
  readonly isNew: boolean;
  readonly failure: Failure | null;
};

function CredentialFields({ email, password, isNew, failure }: CredentialFieldsProps) {
  return (
    <>
      <Field
        ref={email}
        name="email"
        label="E-mail"
        type="email"
        autoComplete="username"
        inputMode="email"
        error={failure?.field === "email" ? failure.text : null}
      />
      <Field
        ref={password}
        name="password"
        label="Password"
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        note={isNew ? `At least ${shortest} characters.` : undefined}
        error={failure?.field === "password" ? failure.text : null}
      />
    </>
  );
}

function ModeSwitch({ isNew, onSwitch }: { isNew: boolean; onSwitch: () => void }) {
  return (
    <p className="sign-in-switch">
      {isNew ? "You have an account? " : "No account yet? "}
      <button type="button" className="text-link" onClick={onSwitch}>
        {isNew ? "Sign in" : "Create one"}
      </button>
    </p>
  );
}

/** Where the visitor came from, if that is a page of ours. */
function returnPath(): string {
  const wanted = new URLSearchParams(window.location.search).get("from");
  if (wanted && /^\/(?![/\\])/.test(wanted)) return wanted;
  return window.location.pathname === "/sign-in" ? "/" : window.location.pathname;
}
