const MORNING_HOUR = 8;
const LATER_HOURS = 3;
const MONDAY = 1;

const morning = (now: number, daysAhead: number): Date => {
  const at = new Date(now);
  at.setDate(at.getDate() + daysAhead);
  at.setHours(MORNING_HOUR, 0, 0, 0);
  return at;
};

/** What the snooze dialog offers, in the person's own time zone. `now` in milliseconds since the epoch. */
export const snoozeTimes = (now: number): { label: string; at: Date }[] => {
  const later = new Date(now);
  later.setHours(later.getHours() + LATER_HOURS, 0, 0, 0);
  const today = new Date(now).getDay();
  return [
    { label: 'In a few hours', at: later },
    { label: 'Tomorrow morning', at: morning(now, 1) },
    { label: 'Next week', at: morning(now, (MONDAY - today + 7) % 7 || 7) },
  ];
};
