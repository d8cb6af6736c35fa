import { z } from 'zod';
import { defineCondition, yesValue } from '#rules/condition.ts';

export const calendarInvite = defineCondition({
  type: 'calendar_invite',
  title: 'Calendar invite',
  describe: 'The message brings a calendar entry.',
  parameters: z.strictObject({ value: yesValue('true: with a calendar entry; false: without') }),
  compile:
    ({ value }) =>
    ({ mail }) =>
      mail.hasCalendar === value,
  explain: ({ value }) => (value ? 'it brings a calendar entry' : 'it brings no calendar entry'),
});
