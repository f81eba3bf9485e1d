import { Workspace } from "../components/conversation/workspace";
import { SignIn } from "../components/sign-in/sign-in";
import { shellOfRequest } from "./page-state";

export default async function Page() {
  const shell = await shellOfRequest();
  if (!shell.guests && shell.viewer.kind === "none") return <SignIn canSignUp={shell.signUp} canStayGuest={false} />;
  return <Workspace initial={null} />;
}
