import { web } from "@/lib/dialects/web";
import { unknownPath } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = unknownPath(web);
