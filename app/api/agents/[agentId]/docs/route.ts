import { docsRoutes } from "@/lib/routes/julep-docs";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = docsRoutes("agent");
