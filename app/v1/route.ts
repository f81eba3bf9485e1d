import { bots } from "@/lib/dialects/bots";
import { unknownPath } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = unknownPath(bots);
