/** What is said at the end of the page for a while. */
export type Notice = {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly durationMs?: number;
};
