import { enterByLink } from "@/lib/sign-in/owner-link";

export const POST = enterByLink;
