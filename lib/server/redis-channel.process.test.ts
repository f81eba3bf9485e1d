import { afterAll, beforeAll, expect, test } from "vitest";
import { type RedisServer, startRedis } from "../testing/redis-server.ts";
import { openRedis } from "./redis.ts";
import { redisChannel } from "./redis-channel.ts";

const log = { info() {}, warn() {} };
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

async function open() {
  const connection = await openRedis(redis.url, log);
  const heard: string[] = [];
  let opens = 0;
  const channel = redisChannel(connection)({
    onText: (text) => void heard.push(text),
    onOpen: () => void opens++,
  });
  return {
    channel,
    heard,
    opens: () => opens,
    async close() {
      await channel.close();
      connection.disconnect();
    },
  };
}

test("each process hears what another tells through Redis, and again when Redis was away", async () => {
  const [first, second] = [await open(), await open()];
  await expect.poll(() => first.channel.isOpen() && second.channel.isOpen()).toBe(true);
  await first.channel.send("some topics");
  await expect.poll(() => [first.heard, second.heard]).toEqual([["some topics"], ["some topics"]]);

  await redis.stop();
  await expect.poll(second.channel.isOpen).toBe(false);
  await expect(first.channel.send("lost")).rejects.toThrow();
  redis = await startRedis(redis.port);
  await expect.poll(second.opens).toBe(2);
  expect(second.channel.isOpen()).toBe(true);
  await expect
    .poll(() =>
      first.channel.send("again").then(
        () => second.heard.includes("again"),
        () => false,
      ),
    )
    .toBe(true);
  await Promise.all([first.close(), second.close()]);
});
