import { expect, test } from "vitest";
import { HOSTILE_ANSWERS } from "../testing/ssrf-corpus.ts";
import { isPublicAddress, sameAddress } from "./public-address.ts";

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "93.184.216.34",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "168.63.129.17",
  "192.167.255.255",
  "198.17.255.255",
  "223.255.255.255",
  "2606:4700::1111",
  "2001:4860:4860::8888",
  "2a00:1450:4001:81b::200e",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each(HOSTILE_ANSWERS.filter((answer) => answer.length === 1).flat())("%s is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  ["::1", "0:0::1", true],
  ["fe80::1", "fe80::1%eth0", true],
  ["127.0.0.1", "127.0.0.2", false],
  ["127.0.0.1", "::ffff:127.0.0.1", false],
  ["127.0.0.1", undefined, false],
])("%s and %s are the same address: %s", (one, other, isSame) => {
  expect(sameAddress(one, other)).toBe(isSame);
});
