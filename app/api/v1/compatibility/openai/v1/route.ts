import { assistants } from "@/lib/dialects/assistants";
import { unknownPath } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = unknownPath(assistants);
