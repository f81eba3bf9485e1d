import { isHttps, isLoopback, parseSettings, type Settings } from "../settings.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What strangers may do by the settings, and how requests reach the server, where anybody but this machine can. */
export function checkExposure(settings: Settings, environment: Environment): Finding[] {
  // Open by themselves are only servers that nobody else reaches.
  const isPrivate = parseSettings({ ...environment, GUESTS: "", SIGN_UP: "" }).guests;
  if (isPrivate) return [ok("strangers", "nobody but this machine reaches the server")];
  return [checkStrangers(settings), checkTransport(settings), checkProxies(settings)].flatMap((found) => found ?? []);
}

function checkStrangers({ guests, signUp, serverTokensPerDay, openai }: Settings): Finding {
  const doors = [...(guests ? ["chat without an account (GUESTS)"] : []), ...(signUp ? ["make one (SIGN_UP)"] : [])];
  if (doors.length === 0) return ok("strangers", "they may neither chat nor make an account");
  const may = `anybody may ${doors.join(" and ")}`;
  if (serverTokensPerDay !== undefined)
    return ok("strangers", `${may}, for ${serverTokensPerDay} tokens a day at most`);
  const fix = "Set SERVER_TOKENS_PER_DAY to what a day may cost, or turn GUESTS and SIGN_UP off.";
  const isDemo = openai.apiKey === undefined && openai.baseUrl === undefined;
  return isDemo ? warn("strangers", may, fix) : fail("strangers", `${may}, and nothing limits what they spend`, fix);
}

function checkTransport(settings: Settings): Finding {
  const { publicUrl, host } = settings;
  const shown = publicUrl === undefined ? host : new URL(publicUrl).hostname.replace(/^\[|\]$/gu, "");
  if (isHttps(settings) || isLoopback(shown)) return ok("encryption", isHttps(settings) ? "https" : "for this machine");
  return warn(
    "encryption",
    "keys and cookies travel as they are, for everybody on the way to read",
    "Put a proxy with https in front, and set NEXTAUTH_URL to its https address.",
  );
}

function checkProxies(settings: Settings): Finding | null {
  if (!isHttps(settings)) return null;
  if (settings.trustedProxies > 0) return ok("proxies", `${settings.trustedProxies} believed`);
  return warn(
    "proxies",
    "https ends at a proxy that is not counted: all strangers share its address, and one can use up the limits of all",
    "Set TRUSTED_PROXIES to the number of proxies in front of the server.",
  );
}
