import { docRoutes } from "@/lib/http/doc-endpoints";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = docRoutes("user");
