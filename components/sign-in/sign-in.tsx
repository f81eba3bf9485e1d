"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { createAccount, isProblem, problem } from "../api";
import { useShell } from "../frame/shell";
import { Dash } from "../ui/dash";
import { Field } from "./field";
import { VoucherButtons } from "./vouchers";

type Mode = "sign-in" | "sign-up";
type Failure = { readonly field: "email" | "password" | null; readonly text: string };

const shortest = 10;

/** What a page that sent the visitor here says in its address: ours, and next-auth's. */
const CAUSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    link: "This link has been used, or is of an earlier start. Sign in, or restart the server for a new one.",
    closed: "There is no account for this sign-in, and new accounts are not open on this server.",
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
    const address = email.current?.value.trim() ?? "";
    const secret = password.current?.value ?? "";
    const missing = check(address, secret, isNew);
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
              <Link href="/" className="button" data-kind="quiet">
                Go on as a guest
              </Link>
            )}
          </div>
        </form>
        {vouchers.length > 0 && <VoucherButtons vouchers={vouchers} verb="Continue with" returnTo={returnPath} />}
        {canSignUp && (
          <p className="sign-in-switch">
            {isNew ? "You have an account? " : "No account yet? "}
            <button
              type="button"
              className="text-link"
              onClick={() => {
                setMode(isNew ? "sign-in" : "sign-up");
                setFailure(null);
              }}
            >
              {isNew ? "Sign in" : "Create one"}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

function check(email: string, password: string, isNew: boolean): Failure | null {
  if (!/^\S+@\S+$/.test(email)) return { field: "email", text: "Write an e-mail address, such as you@example.org." };
  if (password === "") return { field: "password", text: "Write your password." };
  if (isNew && password.length < shortest) {
    return { field: "password", text: `This has ${password.length} characters; it takes at least ${shortest}.` };
  }
  return null;
}

async function enter(email: string, password: string): Promise<void> {
  const { signIn } = await import("next-auth/react");
  const result = await signIn("credentials", { email, password, redirect: false });
  if (!result?.ok || result.error) {
    if (result && result.status >= 429)
      throw problem(result.status, "Too many attempts. Wait a minute, then try again.");
    throw problem(401, "E-mail and password do not match an account.", {
      password: "E-mail and password do not match an account.",
    });
  }
}

function failureOf(thrown: unknown): Failure {
  if (!isProblem(thrown)) return { field: null, text: "The server could not be reached. Nothing was changed." };
  if (thrown.status === 409) return { field: "email", text: "There is an account with this e-mail. Sign in instead." };
  for (const field of ["email", "password"] as const) {
    const text = thrown.fields[field];
    if (text) return { field, text };
  }
  return { field: null, text: thrown.message };
}

/** Where the visitor came from, if that is a page of ours. */
function returnPath(): string {
  const wanted = new URLSearchParams(window.location.search).get("from");
  if (wanted && /^\/(?![/\\])/.test(wanted)) return wanted;
  return window.location.pathname === "/sign-in" ? "/" : window.location.pathname;
}
