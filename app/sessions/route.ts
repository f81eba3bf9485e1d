import { julep } from "@/lib/dialects/julep";
import { unknownPath } from "@/lib/http/endpoint";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = unknownPath(julep);
