import type { Metadata } from "next";
import { IndexList } from "../../components/knowledge/index-list";
import { SignIn } from "../../components/sign-in/sign-in";
import { loadIndexes, shellOfRequest } from "../page-state";

export const metadata: Metadata = { title: "Indexes" };

export default async function Page() {
  const [shell, indexes] = await Promise.all([shellOfRequest(), loadIndexes()]);
  if (!shell.guests && shell.viewer.kind === "none") return <SignIn canSignUp={shell.signUp} canStayGuest={false} />;
  return <IndexList initial={indexes} />;
}
