import { docRoutes } from "@/lib/routes/julep-docs";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = docRoutes("agent");
