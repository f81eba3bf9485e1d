import type { Metadata } from "next";
import { SignIn } from "../../components/sign-in/sign-in";
import { shellOfRequest } from "../page-state";

export const metadata: Metadata = { title: "Sign in" };

export default async function Page() {
  const shell = await shellOfRequest();
  return <SignIn canSignUp={shell.signUp} canStayGuest={shell.guests} />;
}
