// What the settings are on Vercel, where nobody has set them, and which ones nobody may leave out there.

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the process is a function of Vercel, or builds for it. */
export const isOnVercel = (environment: Environment): boolean => Boolean(environment.VERCEL?.trim());

/**
 * Without these there is nothing to keep sessions in, nobody to sign in, and nothing that looks after what was left.
 */
const REQUIRED = ["DATABASE_URL", "PARLEY_API_KEY", "NEXTAUTH_SECRET", "CRON_SECRET"] as const;

/** The settings that are missing on Vercel; elsewhere none is. */
export const missingSettings = (environment: Environment): readonly string[] =>
  isOnVercel(environment) ? REQUIRED.filter((name) => !environment[name]?.trim()) : [];

/**
 * The environment with what Vercel says of the deployment: its address, its names, and that one proxy stands in front
 * of it, which writes where a request comes from into X-Forwarded-For itself. What somebody has set stays.
 */
export function withPlatform(environment: Environment): Environment {
  if (!isOnVercel(environment)) return environment;
  const { VERCEL_ENV, VERCEL_URL, VERCEL_BRANCH_URL, VERCEL_PROJECT_PRODUCTION_URL } = environment;
  const own = VERCEL_ENV === "production" ? VERCEL_PROJECT_PRODUCTION_URL : (VERCEL_BRANCH_URL ?? VERCEL_URL);
  const set = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const names = [set("ALLOWED_HOSTS"), VERCEL_URL, VERCEL_BRANCH_URL, VERCEL_PROJECT_PRODUCTION_URL];
  return {
    ...environment,
    NEXTAUTH_URL: set("NEXTAUTH_URL") ?? (own && `https://${own}`),
    ALLOWED_HOSTS: names.filter(Boolean).join(","),
    TRUSTED_PROXIES: set("TRUSTED_PROXIES") ?? "1",
  };
}
