/** Opens the server at the start, and closes it when it is told to go. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startServer } = await import("./lib/server/start-server.ts");
  // Not waited for: until the database is open, requests wait in their handlers while Next loads their code.
  void startServer();
}
