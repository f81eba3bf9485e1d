import type { Metadata } from "next";
import { shellOfRequest } from "../../components/page-state";
import { SignIn } from "../../components/sign-in/sign-in";

export const metadata: Metadata = { title: "Sign in" };

export default async function Page() {
  const shell = await shellOfRequest();
  return <SignIn canSignUp={shell.signUp} canStayGuest={shell.guests} />;
}
