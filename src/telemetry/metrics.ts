import { type Attributes, type Meter, metrics } from '@opentelemetry/api';

/** Labels of one measurement: few values each. Never addresses, ids of messages, or mail content. */
export type Labels = Readonly<Record<string, string | number | boolean>>;

interface About {
  description: string;
  /** UCUM, such as s, By or {job}. */
  unit: string;
}

/** A provider may come and go in the life of a process, and instruments belong to one: they are made again for each. */
let generation = 0;
const gauges = new Set<Gauge>();

interface Gauge {
  attach(): () => void;
  detach: () => void;
}

const lazily = <I>(make: (meter: Meter) => I): (() => I) => {
  let made: I | undefined;
  let of = -1;
  return () => {
    if (made === undefined || of !== generation) {
      made = make(metrics.getMeter('ashford'));
      of = generation;
    }
    return made;
  };
};

/** Something that only grows. Names are dotted, such as `ashford.jobs.completed`. Nothing happens while metrics are off. */
export const counter = (name: string, { description, unit }: About) => {
  const instrument = lazily((meter) => meter.createCounter(name, { description, unit }));
  return {
    add: (amount: number, labels: Labels = {}): void => instrument().add(amount, labels as Attributes),
  };
};

/** How values spread. `buckets` are upper bounds in the unit; by default they fit seconds, from 1 ms to 10 min. */
export const histogram = (
  name: string,
  { description, unit, buckets = SECONDS }: About & { buckets?: readonly number[] },
) => {
  const advice = { explicitBucketBoundaries: [...buckets] };
  const instrument = lazily((meter) => meter.createHistogram(name, { description, unit, advice }));
  return {
    record: (value: number, labels: Labels = {}): void => instrument().record(value, labels as Attributes),
  };
};

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600] as const;

/**
 * A value that is read when somebody looks. A read that fails leaves the gauge out. Returns a function that ends it.
 */
export const gauge = (
  name: string,
  { description, unit }: About,
  read: () => Promise<readonly { value: number; labels?: Labels }[]>,
): (() => void) => {
  const attach = (): (() => void) => {
    const instrument = metrics.getMeter('ashford').createObservableGauge(name, { description, unit });
    const callback: Parameters<typeof instrument.addCallback>[0] = async (result) => {
      for (const { value, labels = {} } of await read()) result.observe(value, labels as Attributes);
    };
    instrument.addCallback(callback);
    return () => instrument.removeCallback(callback);
  };
  const own: Gauge = { attach, detach: attach() };
  gauges.add(own);
  return () => {
    own.detach();
    gauges.delete(own);
  };
};

/** Called when the provider of metrics has changed: moves all instruments to the new one. */
export const rebindMetrics = (): void => {
  generation++;
  for (const own of gauges) {
    own.detach();
    own.detach = own.attach();
  }
};
