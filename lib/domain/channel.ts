/**
 * A way on which the processes of one server tell each other short texts. A text may get lost, so nothing may rest on
 * it but how soon somebody looks.
 */
export type Channel = {
  /** Tells a text to all processes, this one too. Throws when it cannot. */
  readonly send: (text: string) => Promise<void>;
  /** Whether texts of others are heard now. */
  readonly isOpen: () => boolean;
  readonly close: () => Promise<void>;
};

/** What hears of a channel. */
export type ChannelListener = {
  readonly onText: (text: string) => void;
  /** The channel is open, or open again: what was told before is lost. */
  readonly onOpen: () => void;
};

/** Begins to open a channel, which opens by itself when it can, and again when it was lost. Never throws. */
export type OpenChannel = (listener: ChannelListener) => Channel;

/** A channel on which nothing is said or heard: all look by themselves, often. */
export const deafChannel: OpenChannel = () => ({
  send: async () => {},
  isOpen: () => false,
  close: async () => {},
});
