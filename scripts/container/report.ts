/** Notes one thing that must hold, with what was found. */
export type Report = (isOk: boolean, what: string, found: string) => void;

/** Prints what is noted, and gives how many things do not hold. */
export function openReport(): { readonly report: Report; readonly failures: () => number } {
  let failures = 0;
  return {
    report(isOk, what, found) {
      if (!isOk) failures++;
      console.log(`${isOk ? "ok  " : "FAIL"} ${what}${found === "" ? "" : `: ${found}`}`);
    },
    failures: () => failures,
  };
}
