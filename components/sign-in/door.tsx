"use client";

import { type ComponentProps, lazy } from "react";

const SignIn = lazy(() => import("./sign-in").then((signIn) => ({ default: signIn.SignIn })));

/** The form to sign in with, on a page that most people see without it: its code comes where it is shown. */
export function Door(props: ComponentProps<typeof SignIn>) {
  return <SignIn {...props} />;
}
