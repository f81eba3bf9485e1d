import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { type Hide, withoutSecretShapes } from "../domain/secrets.ts";

/** A query in an address: whose path says enough. */
const QUERY = /\?[^\s"']*/gu;
/** Attributes of the semantic conventions that hold an address or a part of one. */
const ADDRESS = /^(?:http\.(?:target|url)|url\.(?:full|path|query|original))$/u;

/**
 * An exporter of spans that tells no secret: addresses go without their query, errors without their stack, and in every
 * text the server's secrets and what looks like one are hidden. Next makes spans of its own, with the addresses of
 * requests.
 */
export function discreet(exporter: SpanExporter, hide: Hide): SpanExporter {
  const shown: Hide = (text) => withoutSecretShapes(hide(text));
  return {
    export: (spans, done) =>
      exporter.export(
        spans.map((span) => shownSpan(span, shown)),
        done,
      ),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** The span as it is told: all else of it is read from the span itself. */
function shownSpan(span: ReadableSpan, shown: Hide): ReadableSpan {
  const { status } = span;
  const told = {
    name: shown(span.name.replace(QUERY, "")),
    attributes: shownAttributes(span.attributes, shown),
    events: span.events.map((event) => ({ ...event, attributes: shownAttributes(event.attributes ?? {}, shown) })),
    status: status.message === undefined ? status : { ...status, message: shown(status.message) },
  };
  return new Proxy(span, {
    get(from, name) {
      const value: unknown = Reflect.get(name in told ? told : from, name);
      return typeof value === "function" ? value.bind(from) : value;
    },
  });
}

function shownAttributes(attributes: Attributes, shown: Hide): Attributes {
  const entries = Object.entries(attributes).filter(([name]) => name !== "exception.stacktrace");
  return Object.fromEntries(entries.map(([name, value]) => [name, shownValue(name, value, shown)]));
}

function shownValue(name: string, value: AttributeValue | undefined, shown: Hide): AttributeValue | undefined {
  if (typeof value === "string") return shown(ADDRESS.test(name) ? value.replace(QUERY, "") : value);
  if (!Array.isArray(value)) return value;
  // A list of texts has nothing but texts.
  return value.map((one: unknown) => (typeof one === "string" ? shown(one) : one)) as AttributeValue;
}
