import type { Metadata } from "next";
import { IndexList } from "../../components/knowledge/index-list";
import { SignIn } from "../../components/sign-in/sign-in";
import { loadIndexes, loadShared, shellOfRequest } from "../page-state";

export const metadata: Metadata = { title: "Indexes" };

export default async function Page() {
  const [shell, indexes, shared] = await Promise.all([shellOfRequest(), loadIndexes(), loadShared()]);
  if (!shell.guests && shell.viewer.kind === "none") return <SignIn canSignUp={shell.signUp} canStayGuest={false} />;
  return <IndexList initial={indexes} shared={shared} />;
}
