import { DemoNote, FirstHead, Starters } from "../components/conversation/first-visit";
import { Workspace } from "../components/conversation/workspace";
import { Door } from "../components/sign-in/door";
import { agentOfRequest, shellOfRequest } from "./page-state";

type Props = { searchParams: Promise<{ agent?: string | string[] }> };

export default async function Page({ searchParams }: Props) {
  const [shell, { agent: id }] = await Promise.all([shellOfRequest(), searchParams]);
  if (!shell.guests && shell.viewer.kind === "none") return <Door canSignUp={shell.signUp} canStayGuest={false} />;
  const found = typeof id === "string" ? await agentOfRequest(id) : null;
  const agent = found && { id: found.id, name: found.name };
  // Drawn here alone: the browser needs no code for it.
  const first = {
    head: <FirstHead agent={agent} />,
    starters: agent === null ? <Starters /> : null,
    note: <DemoNote />,
  };
  return <Workspace key={agent?.id ?? ""} initial={null} agent={agent} first={first} />;
}
