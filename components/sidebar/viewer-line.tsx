"use client";

import { UserRound } from "lucide";
import { useShell } from "../frame/shell";
import { leave } from "../sign-in/leave";
import { Icon } from "../ui/icon";
import { PageLink } from "../ui/page-link";

export function ViewerLine() {
  const { viewer } = useShell();
  const isPerson = viewer.kind === "person";
  return (
    <div className="sidebar-viewer">
      <Icon of={UserRound} size={17} className="flex-none" />
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
