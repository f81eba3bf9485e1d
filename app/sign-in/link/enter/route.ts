import { readBody } from "@/lib/http/body-text";
import { enterByLink } from "@/lib/sign-in/owner-link";

export const POST = (request: Request) => enterByLink(request, readBody);
