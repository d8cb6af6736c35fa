import type { MailProvider } from '#mail/port.ts';
import { localProvider } from './local/local.ts';

/** Every provider, with what it needs. */
export const mailProviders = (ports: Parameters<typeof localProvider>[0]): readonly MailProvider[] => [
  localProvider(ports),
];
