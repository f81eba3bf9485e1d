import { expect, test } from "vitest";
import { isCommonPassword } from "./common-password.ts";

test.each(
  `1234567890 0987654321 12345678901 1111111111 0000000000 aaaaaaaaaa abcabcabcabc abababababab password123 Password1234
  P@ssw0rd123 passw0rd!! passwordpassword qwertyuiop qwerty12345 Qwerty123! 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc
  zaq12wsxcde3 asdfghjkl123 zxcvbnm123 abcdefghij abcdefghijklmnop iloveyou123 iloveyou!! letmein1234 welcome2024
  Welcome123! administrator admin12345 adminadmin sunshine123 princess123 football1! dragon12345 superman123
  trustno1trustno1 monkey12345 changeme123 changeme!! qwertzuiop azertyuiop 0123456789 9876543210 parley1234
  summer2024! letmeinplease mypassword1 passwort123 19900101 31121999 q1w2e3r4t5y6 qazwsxedc1 master123456
  !@password1 p455w0rd123 hello_world_1 ${"ab".repeat(30)} ${"password".repeat(20)}`.split(/\s+/u),
)("S23: %s is tried first", (password) => {
  expect(isCommonPassword(password, null)).toBe(true);
});

test.each([
  "correct horse battery staple",
  "a long password",
  "the first password",
  "vT7#qLw9zR",
  "xkzmwqpahb",
  "839104726581",
  "blue kettle, seven ferries",
  "мой длинный пароль",
  "kQ9password7WxR2mz",
])("S23: %j is not", (password) => {
  expect(isCommonPassword(password, "somebody@example.org")).toBe(false);
});

test.each([
  ["ada.lovelace@example.org", "ada.lovelace@example.org"],
  ["ada.lovelace@example.org", "AdaLovelace1815"],
  ["ada.lovelace@example.org", "lovelace.ada@example.org"],
  ["grace@hopper.example", "grace12345"],
  ["g@navalresearch.example", "navalresearch1"],
] as const)("S23: for %s the password %s is tried first where it is made of the address", (email, password) => {
  expect(isCommonPassword(password, email)).toBe(password !== "lovelace.ada@example.org");
});

test("S23: a long text is judged quickly", () => {
  const startedAt = performance.now();
  for (let n = 0; n < 20; n++) isCommonPassword("aA1!".repeat(250) + n, "a@example.org");
  expect(performance.now() - startedAt).toBeLessThan(500);
});
