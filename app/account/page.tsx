import type { Metadata } from "next";
import { cookies } from "next/headers";
import { DIALECTS } from "@/lib/dialects";
import { AccountView } from "../../components/account/account-view";
import { SignIn } from "../../components/sign-in/sign-in";
import { cookieOf } from "../../components/ui/kept-names";
import { accountOfRequest, shellOfRequest } from "../page-state";

export const metadata: Metadata = { title: "Account" };

export default async function Page() {
  const [shell, account, jar] = await Promise.all([shellOfRequest(), accountOfRequest(), cookies()]);
  if (!shell.guests && shell.viewer.kind === "none") return <SignIn canSignUp={shell.signUp} canStayGuest={false} />;
  const agentId = account?.agentId ?? null;
  const apis = DIALECTS.map(({ name, label, isOfOneAgent, sample }) => ({
    name,
    label,
    isOfOneAgent,
    sample: sample(agentId),
  }));
  const kept = {
    theme: jar.get(cookieOf("theme"))?.value ?? null,
    letters: jar.get(cookieOf("letters"))?.value ?? null,
  };
  return <AccountView account={account} apis={apis} kept={kept} />;
}
