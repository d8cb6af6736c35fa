/** Schedules say why their last run could not be made. */
export const scheduleErrors = (): string[] => ['alter table schedules add column last_error text'];
