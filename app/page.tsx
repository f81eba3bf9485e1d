import { Workspace } from "../components/conversation/workspace";
import { Door } from "../components/sign-in/door";
import { agentOfRequest, shellOfRequest } from "./page-state";

type Props = { searchParams: Promise<{ agent?: string | string[] }> };

export default async function Page({ searchParams }: Props) {
  const [shell, { agent: id }] = await Promise.all([shellOfRequest(), searchParams]);
  if (!shell.guests && shell.viewer.kind === "none") return <Door canSignUp={shell.signUp} canStayGuest={false} />;
  const agent = typeof id === "string" ? await agentOfRequest(id) : null;
  return <Workspace key={agent?.id ?? ""} initial={null} agent={agent && { id: agent.id, name: agent.name }} />;
}
