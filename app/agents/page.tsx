import type { Metadata } from "next";
import { AgentList } from "../../components/agents/agent-list";
import { SignIn } from "../../components/sign-in/sign-in";
import { loadAgents, shellOfRequest } from "../page-state";

export const metadata: Metadata = { title: "Agents" };

export default async function Page() {
  const [shell, agents] = await Promise.all([shellOfRequest(), loadAgents()]);
  if (!shell.guests && shell.viewer.kind === "none") return <SignIn canSignUp={shell.signUp} canStayGuest={false} />;
  return <AgentList initial={agents} />;
}
