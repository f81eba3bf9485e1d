import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { IndexView } from "../../../components/knowledge/index-view";
import { SignIn } from "../../../components/sign-in/sign-in";
import { indexOfRequest, shellOfRequest } from "../../page-state";

type Props = { params: Promise<{ indexId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await indexOfRequest((await params).indexId);
  return { title: found?.index.name ?? "Nothing is here" };
}

export default async function Page({ params }: Props) {
  const [{ indexId }, shell] = await Promise.all([params, shellOfRequest()]);
  if (!shell.guests && shell.viewer.kind === "none") return <SignIn canSignUp={shell.signUp} canStayGuest={false} />;
  const found = await indexOfRequest(indexId);
  if (!found) notFound();
  return <IndexView key={found.index.id} initial={found.index} documents={found.documents} />;
}
