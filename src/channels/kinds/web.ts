import { defineChannel } from '#channels/define.ts';

/** The pages of the web app show what is stored, so nothing has to be sent: an open page asks again when the job ends. */
export const web = defineChannel({
  name: 'web',
  title: 'Web app',
  tell: async ({ subject }) => ({ remoteId: subject.id }),
});
