import type { Redis } from "ioredis";
import type { OpenChannel } from "../domain/channel.ts";

const CHANNEL = "parley:signals";

/**
 * Publish and subscribe of Redis, which hears on a connection of its own. What is wrong with Redis, `openRedis` logs.
 */
export const redisChannel =
  (redis: Redis): OpenChannel =>
  ({ onText, onOpen }) => {
    // Subscribed anew by hand, so that it counts as open only when it hears.
    const ears = redis.duplicate({ autoResubscribe: false });
    let isOpen = false;
    ears.on("error", () => {});
    ears.on("message", (_, text) => onText(text));
    ears.on("close", () => {
      isOpen = false;
    });
    ears.on("ready", async () => {
      try {
        await ears.subscribe(CHANNEL);
        isOpen = true;
        onOpen();
      } catch {
        // The connection went away again: it is ready once more later.
        ears.disconnect(true);
      }
    });
    void ears.connect().catch(() => {});
    return {
      isOpen: () => isOpen,
      async send(text) {
        await redis.publish(CHANNEL, text);
      },
      async close() {
        isOpen = false;
        ears.disconnect();
      },
    };
  };
