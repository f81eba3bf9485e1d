import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AgentEditor } from "../../../components/agents/agent-editor";
import { SignIn } from "../../../components/sign-in/sign-in";
import { agentOfRequest, loadModels, shellOfRequest } from "../../page-state";

type Props = { params: Promise<{ agentId: string }> };

/** The page of an agent that is to be made. */
const NEW = "new";

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { agentId } = await params;
  const agent = agentId === NEW ? null : await agentOfRequest(agentId);
  return { title: agent?.name ?? (agentId === NEW ? "New agent" : "Nothing is here") };
}

export default async function Page({ params }: Props) {
  const [{ agentId }, shell, models] = await Promise.all([params, shellOfRequest(), loadModels()]);
  if (!shell.guests && shell.viewer.kind === "none") return <SignIn canSignUp={shell.signUp} canStayGuest={false} />;
  if (agentId === NEW) return <AgentEditor agent={null} models={models} />;
  const agent = await agentOfRequest(agentId);
  if (!agent) notFound();
  return <AgentEditor key={agent.id} agent={agent} models={models} />;
}
