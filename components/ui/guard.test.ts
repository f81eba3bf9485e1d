import { expect, test } from "vitest";
import { Guard } from "./guard";

test("C29: what broke stays in its place until there is something else to show", () => {
  const whole = { of: "a", isBroken: false };
  const broken = { ...whole, ...Guard.getDerivedStateFromError() };
  expect(broken.isBroken).toBe(true);
  expect(Guard.getDerivedStateFromProps({ of: "a" }, broken)).toBeNull();
  expect(Guard.getDerivedStateFromProps({ of: "b" }, broken)).toEqual({ of: "b", isBroken: false });
});
