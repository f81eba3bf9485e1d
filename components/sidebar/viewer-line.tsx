"use client";

import { UserRound } from "lucide-react";
import Link from "next/link";
import { useShell } from "../frame/shell";
import { leave } from "../sign-in/leave";

export function ViewerLine() {
  const { viewer } = useShell();
  const isPerson = viewer.kind === "person";
  return (
    <div className="sidebar-viewer">
      <UserRound size={17} strokeWidth={1.6} aria-hidden="true" className="flex-none" />
      <Link href="/account" className="viewer-account" prefetch={false}>
        <span className="sr-only">Account: </span>
        <bdi>{isPerson ? (viewer.name ?? "Account") : "Guest"}</bdi>
      </Link>
      {isPerson ? (
        <button type="button" className="text-link" onClick={leave}>
          Sign out
        </button>
      ) : (
        <Link href="/sign-in" className="text-link" prefetch={false}>
          Sign in
        </Link>
      )}
    </div>
  );
}
