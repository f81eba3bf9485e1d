"use client";

import { usePathname } from "next/navigation";
import { useShell } from "../frame/shell";
import { PageLink } from "../ui/page-link";
import { signInPath } from "../viewer";

/** For a page of which nothing is there for who looks: it may be theirs once they are signed in. */
export function SignInOffer() {
  const { viewer } = useShell();
  const path = usePathname();
  if (viewer.kind === "person") return null;
  return (
    <PageLink href={signInPath(path)} className="button">
      Sign in
    </PageLink>
  );
}
