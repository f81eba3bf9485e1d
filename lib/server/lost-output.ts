/**
 * Lets this process live on when nobody reads what it prints any more, such as `npm start | tee` whose `tee` has ended.
 *
 * Without this each line would be an uncaught error (EPIPE), of which Next prints a line, and so on without an end.
 */
export function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
