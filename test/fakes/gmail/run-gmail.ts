import { readFileSync } from 'node:fs';
import { type FakeGmail, startFakeGmail } from './fake.ts';
import { loadSeed } from './seed/seed-file.ts';

/** The options of `npm run fake -- gmail`. */
export const RUN_OPTIONS = {
  port: { type: 'string', default: '0' },
  user: { type: 'string', multiple: true },
  messages: { type: 'string', default: '0' },
  seed: { type: 'string' },
  consent: { type: 'string', default: 'page' },
  minutes: { type: 'string', default: '60' },
} as const;

export interface RunValues {
  port: string;
  user?: string[] | undefined;
  messages: string;
  seed?: string | undefined;
  consent: string;
  minutes: string;
}

const DEFAULT_USER = 'robin@marlow.example';
const MAX_MINUTES = 24 * 60;

const whole = (text: string, name: string, most: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > most)
    throw new Error(`--${name} is a whole number up to ${most}`);
  return value;
};

const CONSENTS = ['page', 'allow', 'deny'] as const;

/** Starts the fake as the command line wants it; it ends on `stop` or after its time. */
export const runGmail = async (
  values: RunValues,
  say: (line: string) => void,
): Promise<{ fake: FakeGmail; minutes: number; stop: () => Promise<void>; ended: Promise<void> }> => {
  const minutes = whole(values.minutes, 'minutes', MAX_MINUTES);
  const consent = CONSENTS.find((one) => one === values.consent);
  if (!consent) throw new Error(`--consent is one of ${CONSENTS.join(', ')}`);
  const messages = whole(values.messages, 'messages', 200_000);
  const fake = await startFakeGmail({
    port: whole(values.port, 'port', 65_535),
    users: values.user ?? (values.seed === undefined ? [DEFAULT_USER] : []),
    behaviour: { consent },
    onRequest: say,
  });
  if (values.seed !== undefined) loadSeed(fake, JSON.parse(readFileSync(values.seed, 'utf8')));
  for (const email of fake.world.users.keys()) if (messages > 0) fake.fill(email, { messages });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const stop = async (): Promise<void> => {
    clearTimeout(timer);
    await fake.close();
    resolve();
  };
  const timer = setTimeout(() => void stop(), minutes * 60_000);
  return { fake, minutes, stop, ended };
};
