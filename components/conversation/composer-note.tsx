"use client";

import { Archive, CircleAlert, Trash2, UserRound, WifiOff } from "lucide";
import { usePathname } from "next/navigation";
import { WorkingDash } from "../ui/dash";
import { Icon } from "../ui/icon";
import { PageLink } from "../ui/page-link";
import { signInPath } from "../viewer";
import type { Refusal } from "./conversation-state";

export type ComposerLineProps = {
  readonly isOnline: boolean;
  /** The session was deleted in another place. */
  readonly isGone: boolean;
  readonly isLost: boolean;
  readonly isArchived: boolean;
  readonly onUnarchive: () => void;
  /** So many messages wait to be sent. */
  readonly waiting: number;
  readonly refusal: Refusal | null;
  readonly onAgain: () => void;
};

/** What stands between the reader and the next answer, with the way out. */
export default function ComposerNote(props: ComposerLineProps & { readonly isSignedOut: boolean }) {
  const { isOnline, isGone, isLost, isSignedOut, waiting, refusal, onAgain } = props;
  if (isGone) {
    return (
      <div className="composer-line" role="alert">
        <Icon of={Trash2} size={17} />
        <span>
          <b className="font-[560]">This session was deleted.</b> What is on screen is no longer stored: copy what you
          need.
        </span>
        <PageLink href="/" className="text-link">
          New session
        </PageLink>
      </div>
    );
  }
  if (!isOnline) {
    return (
      <div className="composer-line">
        <Icon of={WifiOff} size={17} />
        <span>
          <b className="font-[560]">Offline.</b> {offlineWords(waiting)}
        </span>
      </div>
    );
  }
  if (isSignedOut || refusal?.status === 401) return <SignedOut wasSent={refusal === null} />;
  if (isLost) {
    return (
      <div className="composer-line">
        <WorkingDash />
        <span>Reconnecting. What arrived stays.</span>
      </div>
    );
  }
  if (!refusal) return <Archived onUnarchive={props.onUnarchive} />;
  return (
    <div className="composer-line" data-kind="error" role="alert">
      <Icon of={CircleAlert} size={17} />
      <span>{sentenceFor(refusal)}</span>
      {(refusal.text !== "" || refusal.files.length > 0) && (
        <button type="button" className="small-action" onClick={onAgain}>
          Try again
        </button>
      )}
    </div>
  );
}

function Archived({ onUnarchive }: { onUnarchive: () => void }) {
  return (
    <div className="composer-line" data-kind="note">
      <Icon of={Archive} size={17} />
      <span>
        <b className="font-[560]">This session is archived.</b> It is in no list but that of the archive.
      </span>
      <button type="button" className="small-action" onClick={onUnarchive}>
        Unarchive
      </button>
    </div>
  );
}

/** For who is not signed in any more, or not as the one whom the page shows. */
function SignedOut({ wasSent }: { wasSent: boolean }) {
  const path = usePathname();
  return (
    <div className="composer-line" data-kind="error" role="alert">
      <Icon of={UserRound} size={17} />
      <span>
        {wasSent ? "" : "Not sent. "}
        <b className="font-[560]">You are signed out.</b> What you write is kept on this device.
      </span>
      <PageLink href={signInPath(path)} className="text-link">
        Sign in
      </PageLink>
    </div>
  );
}

function offlineWords(waiting: number): string {
  if (waiting === 0) return "What is on screen stays; what you write is kept.";
  if (waiting === 1) return "1 message waits and is sent once when you are back.";
  return `${waiting} messages wait, and each is sent once when you are back.`;
}

function sentenceFor({ status, why }: Refusal): string {
  // Others are of a session that cannot take the question, and say why.
  if (status === 409 && why.endsWith("has a running turn"))
    return "Not sent: another answer is being given here. Your text is kept.";
  return `Not sent. ${why} Your text is kept.`;
}
