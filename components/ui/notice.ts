/** What is said at the end of the page for a while. */
export type Notice = {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly durationMs?: number;
  /** It has gone: its time is over, which stands still while somebody is on it, or it was dismissed. */
  readonly onClose?: () => void;
};
