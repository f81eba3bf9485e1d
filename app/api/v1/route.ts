import { llamacloud } from "@/lib/dialects/llamacloud";
import { unknownPath } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = unknownPath(llamacloud);
