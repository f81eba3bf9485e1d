// The path as it was first published, without a prefix.
export { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } from "@/app/api/sessions/[sessionId]/chat/route";
