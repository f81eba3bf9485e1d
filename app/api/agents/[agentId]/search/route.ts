import { searchRoutes } from "@/lib/routes/julep-docs";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD } = searchRoutes("agent");
