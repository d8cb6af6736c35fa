import type { Account } from '#accounts/account.ts';
import { defineCommand } from '#cli/command.ts';
import type { CommandContext } from '#cli/context.ts';
import { table } from '#cli/table.ts';
import { count, oneLine } from '#cli/text.ts';
import { shownTime } from '#cli/when.ts';

const list = (context: CommandContext): Promise<void> =>
  context.withApp(async (app) => {
    const [{ listAccounts }, { countMessages }] = await Promise.all([
      import('#accounts/store.ts'),
      import('#mail/message-store.ts'),
    ]);
    const found: { account: Account; messages: number }[] = [];
    for (const account of await listAccounts(app.db, app.owner.id)) {
      const messages = await countMessages(app.db, { userId: app.owner.id, accountId: account.id });
      found.push({ account, messages });
    }
    const value = found.map(({ account, messages }) => ({
      id: account.id,
      provider: account.provider,
      email: account.email,
      status: account.status,
      statusReason: account.statusReason,
      messages,
      lastSyncAt: account.state.lastSyncAt ?? null,
    }));
    const zone = app.config.digest.time_zone;
    context.print(value, () =>
      value.length === 0
        ? 'There are no accounts yet. `ashford import mbox FILE` makes one of an archive.\n'
        : table(
            context.term,
            [
              { title: 'ID' },
              { title: 'KIND' },
              { title: 'ADDRESS', shrinks: true },
              { title: 'STATUS' },
              { title: 'MESSAGES', align: 'right' },
              { title: 'LAST SYNC' },
            ],
            value.map((a) => [
              a.id,
              a.provider,
              oneLine(a.email),
              a.status,
              count(a.messages),
              a.lastSyncAt === null ? 'never' : shownTime(a.lastSyncAt, zone),
            ]),
          ),
    );
  });

export const accounts = defineCommand({
  examples: [{ line: 'ashford accounts list', does: 'show the mailboxes and how far they are synced' }],
  commands: [
    {
      name: 'list',
      summary: 'Show the mailboxes and how far they are synced',
      examples: [{ line: 'ashford accounts list --json', does: 'the same for a script' }],
      run: list,
    },
  ],
});
