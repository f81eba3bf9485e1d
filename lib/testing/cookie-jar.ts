/** Keeps what Set-Cookie lines say in a jar of values by name, as a browser does: a cookie that has ended goes. */
export function keepCookies(jar: Map<string, string>, lines: readonly string[]): void {
  for (const line of lines) {
    const [, name = "", value = "", rest = ""] = /^([^=]+)=([^;]*)(.*)/u.exec(line) ?? [];
    if (/Max-Age=0|Expires=Thu, 01 Jan 1970/iu.test(rest)) jar.delete(name);
    else jar.set(name, value);
  }
}

/** The Cookie header of a jar. */
export const cookieHeader = (jar: ReadonlyMap<string, string>): string =>
  [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
