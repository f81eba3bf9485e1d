import { docsRoutes } from "@/lib/http/doc-endpoints";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = docsRoutes("user");
