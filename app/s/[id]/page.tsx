import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Workspace } from "../../../components/conversation/workspace";
import { Door } from "../../../components/sign-in/door";
import { sessionOfRequest, shellOfRequest } from "../../page-state";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const window = await sessionOfRequest((await params).id);
  return { title: window ? (window.session.generated_title ?? "New session") : "Nothing is here" };
}

export default async function Page({ params }: Props) {
  const [{ id }, shell] = await Promise.all([params, shellOfRequest()]);
  if (!shell.guests && shell.viewer.kind === "none") return <Door canSignUp={shell.signUp} canStayGuest={false} />;
  const window = await sessionOfRequest(id);
  if (!window) notFound();
  return <Workspace key={id} initial={window} />;
}
