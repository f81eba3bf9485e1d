import { type Counter, type Histogram, type Meter, metrics } from "@opentelemetry/api";

/** The name under which all of our instruments and spans stand. */
export const SCOPE = "parley";

type Instruments = { readonly histograms: Map<string, Histogram>; readonly counters: Map<string, Counter> };

// By provider: what was made before there is one does nothing for ever.
const made = new WeakMap<object, Instruments>();

function instruments(): Instruments {
  const provider = metrics.getMeterProvider();
  const found = made.get(provider) ?? { histograms: new Map(), counters: new Map() };
  made.set(provider, found);
  return found;
}

const meter = (): Meter => metrics.getMeter(SCOPE);

/** A histogram by its name; unit and bounds of the buckets count when it is first asked for. */
export function histogram(name: string, unit: string, bounds: readonly number[]): Histogram {
  const { histograms } = instruments();
  const found =
    histograms.get(name) ?? meter().createHistogram(name, { unit, advice: { explicitBucketBoundaries: [...bounds] } });
  histograms.set(name, found);
  return found;
}

/** A counter by its name; unit and description count when it is first asked for. */
export function counter(name: string, unit: string, description: string): Counter {
  const { counters } = instruments();
  const found = counters.get(name) ?? meter().createCounter(name, { unit, description });
  counters.set(name, found);
  return found;
}
