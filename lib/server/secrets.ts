import type { Hide } from "../domain/secrets.ts";
import type { Settings } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The secrets that the settings hold, the passwords in addresses and OpenTelemetry's headers included. */
export function secretsOf(settings: Settings, environment: Environment): string[] {
  const { apiKey, secret, cronSecret, openai, databaseUrl, directUrl, redisUrl, vouchers } = settings;
  const addresses = [databaseUrl, directUrl, redisUrl, openai.baseUrl, environment.OTEL_EXPORTER_OTLP_ENDPOINT];
  return [
    apiKey,
    secret,
    cronSecret,
    openai.apiKey,
    ...vouchers.map(({ clientSecret }) => clientSecret),
    ...addresses.flatMap(secretsOfAddress),
    ...telemetryHeaders(environment),
  ].filter((one) => one !== undefined);
}

/** The password of an address and the values of its query, as they stand there and decoded. */
function secretsOfAddress(address: string | undefined): string[] {
  const url = URL.parse(address ?? "");
  if (url === null) return [];
  const { password, searchParams } = url;
  const values = [...searchParams].flatMap(([name, value]) => (/version/iu.test(name) ? [] : [value]));
  return [password, decoded(password), ...values];
}

/** Values of OTEL_EXPORTER_OTLP_HEADERS and its like for metrics and traces: `name=value` pairs, parted by commas. */
const telemetryHeaders = (environment: Environment): string[] =>
  Object.entries(environment)
    .filter(([name]) => /^OTEL_EXPORTER_OTLP_(?:\w+_)?HEADERS$/u.test(name))
    .flatMap(([, pairs = ""]) => pairs.split(","))
    .map((pair) => pair.slice(pair.indexOf("=") + 1).trim())
    .flatMap((value) => [value, decoded(value)]);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Writing = typeof process.stdout.write;

/**
 * Hides secrets in what this process prints past its log, such as an error that Next tells of. Gives a function that
 * prints to stdout as before.
 */
export function hideInOutput(hide: Hide): (text: string) => void {
  const print = process.stdout.write.bind(process.stdout);
  for (const stream of [process.stdout, process.stderr]) {
    const write: Writing = stream.write.bind(stream);
    const hidden = (piece: string | Uint8Array, ...rest: unknown[]): boolean => {
      const text = typeof piece === "string" ? piece : Buffer.from(piece).toString();
      // Behind a piece come its encoding and who is to hear that it is written, both as they were given.
      return Reflect.apply(write, stream, [hide(text), ...rest]);
    };
    stream.write = hidden;
  }
  return print;
}
