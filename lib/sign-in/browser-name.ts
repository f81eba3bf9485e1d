/** What browsers and systems call themselves, the one that also names others first. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//u, "Edge"],
  [/\b(?:OPR|Opera)\//u, "Opera"],
  [/\bSamsungBrowser\//u, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//u, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\//u, "Chrome"],
  [/\bSafari\//u, "Safari"],
  [/\bcurl\//u, "curl"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/u, "iOS"],
  [/\bAndroid\b/u, "Android"],
  [/\bWindows\b/u, "Windows"],
  [/\bCrOS\b/u, "ChromeOS"],
  [/\b(?:Macintosh|Mac OS X)\b/u, "macOS"],
  [/\bLinux\b/u, "Linux"],
];

/**
 * What people call the browser of a User-Agent header, such as "Firefox on Linux": words of ours, none of the header's.
 */
export function browserName(userAgent: string | null): string {
  const text = (userAgent ?? "").slice(0, 500);
  const named = (names: typeof BROWSERS) => names.find(([pattern]) => pattern.test(text))?.[1];
  const system = named(SYSTEMS);
  const browser = named(BROWSERS) ?? "A browser";
  return system === undefined ? browser : `${browser} on ${system}`;
}
