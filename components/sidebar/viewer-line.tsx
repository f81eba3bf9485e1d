"use client";

import { UserRound } from "lucide-react";
import { useShell } from "../frame/shell";
import { leave } from "../sign-in/leave";
import { PageLink } from "../ui/page-link";

export function ViewerLine() {
  const { viewer } = useShell();
  const isPerson = viewer.kind === "person";
  return (
    <div className="sidebar-viewer">
      <UserRound size={17} strokeWidth={1.6} aria-hidden="true" className="flex-none" />
      <PageLink href="/account" className="viewer-account">
        <span className="sr-only">Account: </span>
        <bdi>{isPerson ? (viewer.name ?? "Account") : "Guest"}</bdi>
      </PageLink>
      {isPerson ? (
        <button type="button" className="text-link" onClick={leave}>
          Sign out
        </button>
      ) : (
        <PageLink href="/sign-in" className="text-link">
          Sign in
        </PageLink>
      )}
    </div>
  );
}
