/** Opens the server before the first request, and closes it when it is told to go. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startServer } = await import("./lib/http/start-server.ts");
  await startServer();
}
