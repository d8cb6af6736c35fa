/** Crons that people ask for most, to start from. */
export const COMMON_CRONS = [
  { cron: '0 7 * * *', label: 'Every day at 07:00' },
  { cron: '0 7 * * 1-5', label: 'Monday to Friday at 07:00' },
  { cron: '0 8,18 * * *', label: 'Every day at 08:00 and 18:00' },
  { cron: '0 9 * * 1', label: 'Every Monday at 09:00' },
  { cron: '0 * * * *', label: 'Every hour' },
] as const;

/** The time zone of this browser. */
export const hereZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Every time zone that this browser knows, for people to choose from. */
export const timeZones = (): string[] =>
  [...new Set(['UTC', hereZone(), ...Intl.supportedValuesOf('timeZone')])].sort();
