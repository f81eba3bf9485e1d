"use client";

import type { ReactNode } from "react";
import type { AccountPage } from "@/lib/pages/page-data.ts";
import { useShell } from "../frame/shell";
import { SidebarToggle } from "../frame/sidebar-toggle";
import { KeyList } from "../ui/key-list";
import { PageLink } from "../ui/page-link";
import { ApiKeys } from "./api-keys";
import { Shares, Today } from "./budget";
import { Connections } from "./connections";
import { DeleteAccount } from "./delete-account";
import { ExportAccount } from "./export-account";
import { FirstCall } from "./first-call";
import { ModelProviders } from "./model-providers";
import type { PublishedApi } from "./published-api";
import { SignInSettings } from "./sign-in-settings";
import { SignIns } from "./sign-ins";
import { type KeptHere, LettersChoice, ThemeChoice } from "./theme-and-keys";
import { tokensOf, Usage } from "./usage";

type AccountViewProps = {
  readonly account: AccountPage | null;
  readonly apis: readonly PublishedApi[];
  readonly kept: KeptHere;
};

/** Keys, a first call, and what was used. A visitor without an account is told what one is for. */
export function AccountView({ account, apis, kept }: AccountViewProps) {
  const { viewer, signUp } = useShell();
  return (
    <div className="account">
      <header className="conversation-head">
        <SidebarToggle className="head-toggle" expanded={false} />
        <h1 className="head-title">Account</h1>
        <p className="account-who">
          <bdi>{viewer.name ?? (account ? "Owner of this server" : "Guest")}</bdi>
        </p>
      </header>
      <div className="account-scroll">
        {account ? (
          <OwnParts account={account} apis={apis} />
        ) : (
          <GuestParts isGuest={viewer.kind === "guest"} mayEnrol={signUp} />
        )}
        <Part id="theme" title="Theme" note="For this browser alone.">
          <ThemeChoice first={kept.theme} />
        </Part>
        <Part
          id="keyboard"
          title="Keyboard"
          note="Letters count while the focus is in the conversation or the sidebar, and in no field."
        >
          <LettersChoice first={kept.letters} />
          <KeyList letters={kept.letters} />
        </Part>
      </div>
    </div>
  );
}

function OwnParts({ account, apis }: { account: AccountPage; apis: readonly PublishedApi[] }) {
  return (
    <>
      <Part
        title="API keys"
        note="A key speaks for this account. Keep it on a server, and give it no more than it needs."
      >
        <ApiKeys initial={account.keys} apis={apis} />
      </Part>
      <Part
        title="First call"
        note="The same agents through any of the published APIs. Put your key where $PARLEY_KEY stands."
      >
        <FirstCall apis={apis} />
        <p className="field-note">
          {account.agentId === null ? "The call makes your default agent." : "The calls ask one of your agents."}{" "}
          <PageLink href="/agents" className="text-link">
            Your agents
          </PageLink>
          {" · "}
          <a href="/docs" className="text-link">
            Every operation
          </a>
        </p>
      </Part>
      {account.providers && (
        <Part
          id="models"
          title="Models"
          note="Providers of models beside the server’s own. Their keys are stored encrypted."
        >
          <ModelProviders initial={account.providers} />
        </Part>
      )}
      <Part title="Sign-in" note="A new password signs every other browser out. API keys stay as they are.">
        <SignInSettings hasPassword={account.hasPassword} />
        <Connections identities={account.identities} vouchers={account.vouchers} />
      </Part>
      <Part title="Browsers" note="Where this account is signed in. End what you do not know, and set a new password.">
        <SignIns signIns={account.signIns} />
      </Part>
      <Part title="Budget" note="The tokens of today. Titles, summaries and embeddings count as answers do.">
        <Today limits={account.usage.limits} today={tokensOf(account.usage.items.at(-1))} />
      </Part>
      <Part title="Usage" note="The last 30 days, by UTC. Every API and this app count alike.">
        <Usage days={account.usage.items} />
      </Part>
      <Part title="Who used it" note="The same 30 days, the most first.">
        <Shares shares={account.usage.shares} />
      </Part>
      <Part id="data" title="Data" note="Yours to take along. A single session is exported from its menu.">
        <ExportAccount />
      </Part>
      {account.canLeave && (
        <Part title="Leave" note="Everything that belongs to this account goes with it.">
          <DeleteAccount isGuest={false} hasPassword={account.hasPassword} />
        </Part>
      )}
    </>
  );
}

type GuestPartsProps = {
  /** There is something of this visitor here that can be deleted. */
  readonly isGuest: boolean;
  /** Whether new accounts may be made. */
  readonly mayEnrol: boolean;
};

function GuestParts({ isGuest, mayEnrol }: GuestPartsProps) {
  return (
    <>
      <Part title="API keys" note="Keys belong to an account.">
        <p className="account-empty">
          You are a guest. {mayEnrol ? "Make an account, or sign in" : "Sign in"}, and your sessions stay; then you can
          make API keys and see what you used.
        </p>
        <PageLink href="/sign-in?from=/account" className="button" data-kind="primary">
          {mayEnrol ? "Sign in or make an account" : "Sign in"}
        </PageLink>
      </Part>
      {isGuest && (
        <>
          <Part id="data" title="Data" note="Yours to take along. A single session is exported from its menu.">
            <ExportAccount />
          </Part>
          <Part title="Leave" note="What you made here is kept for 30 days after your last visit.">
            <DeleteAccount isGuest hasPassword={false} />
          </Part>
        </>
      )}
    </>
  );
}

type PartProps = {
  /** What an address may name it by. */
  readonly id?: string;
  readonly title: string;
  readonly note: string;
  readonly children: ReactNode;
};

function Part({ id, title, note, children }: PartProps) {
  return (
    <section id={id} className="account-part">
      <div className="account-title">
        <h2>{title}</h2>
        <p>{note}</p>
      </div>
      <div className="account-content">{children}</div>
    </section>
  );
}
