import { defineCommand } from '#cli/command.ts';

export const importMail = defineCommand({
  description:
    'Brings an archive into a local account, and sorts it by the rules. Ctrl-C stops it; run again, it goes on and adds nothing twice. The archive itself is only read.',
  arguments: [
    { name: '<format>', description: 'what it is', choices: ['mbox', 'maildir', 'eml'] },
    { name: '<path>', description: 'an mbox file, a Maildir, or a mail file or a folder of them (eml)' },
  ],
  options: [
    { flags: '--account <name>', description: 'local account to bring it into; made when there is none' },
  ],
  examples: [
    { line: 'ashford import mbox ~/takeout/All-mail.mbox', does: 'bring in what Google Takeout gave' },
    {
      line: 'ashford import maildir ~/Maildir --account me@home.example',
      does: 'bring in a Maildir as one account',
    },
  ],
  run: async (context, input) => (await import('#cli/import-archive.ts')).importCommand(context, input),
});
