import { findAction } from '#actions/store.ts';
import { decide } from '#approvals/decide.ts';
import { listApprovals } from '#approvals/store.ts';
import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '#config/limits.ts';
import type { ApprovalState } from '#db/enums.ts';
import { mailHeads } from '#mail/head-store.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import { actionText } from './action-views.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { mailLine } from './mail-line.ts';
import { FAILED, OK } from './report.ts';
import { readRunFile } from './run-file.ts';
import { table } from './table.ts';
import { oneLine } from './text.ts';
import { shownTime } from './when.ts';

export const listApprovalsCommand = (context: CommandContext, { options }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const found = await listApprovals(app.db, {
      userId: app.owner.id,
      state: (options.text('state') ?? 'waiting') as ApprovalState,
      before: options.text('before'),
      limit: options.whole('limit', { min: 1, max: PAGE_ROWS_MAX }) ?? PAGE_ROWS_DEFAULT,
    });
    const actions = await Promise.all(found.map((a) => findAction(app.db, a.actionId)));
    const heads = await mailHeads(
      app.db,
      app.owner.id,
      actions.flatMap((a) => (a ? [a.messageId] : [])),
    );
    const value = found.map((approval, i) => {
      const action = actions[i];
      return {
        id: approval.id,
        state: approval.state,
        actionId: approval.actionId,
        action: action ? actionText(action) : '',
        reasons: approval.reasons,
        createdAt: approval.createdAt,
        expiresAt: approval.expiresAt,
        ...mailLine(action && heads.get(action.messageId)),
      };
    });
    const zone = app.config.digest.time_zone;
    context.print(value, () =>
      value.length === 0
        ? 'Nothing waits for an answer.\n'
        : table(
            context.term,
            [
              { title: 'ID' },
              { title: 'ACTION', shrinks: true },
              { title: 'FROM', shrinks: true },
              { title: 'SUBJECT', shrinks: true },
              { title: 'UNTIL' },
            ],
            value.map((a) => [a.id, a.action, a.from, a.subject, shownTime(a.expiresAt, zone)]),
          ),
    );
  });

const DONE = { approve: 'approved', reject: 'rejected' } as const;

/** Answers each in turn. One that can't be answered is told, and does not keep the others from it. */
export const answerCommand = (
  context: CommandContext,
  { args }: Input,
  answer: 'approve' | 'reject',
): Promise<number> =>
  context.withApp(async (app) => {
    const answered: { id: string; ok: boolean; error: string | null; help: string | null }[] = [];
    for (const approvalId of new Set(args)) {
      try {
        await decide(app, {
          userId: app.owner.id,
          approvalId,
          answer,
          by: `user:${app.owner.id}`,
          via: 'cli',
        });
        answered.push({ id: approvalId, ok: true, error: null, help: null });
      } catch (e) {
        if (!(e instanceof AppError)) throw e;
        answered.push({ id: approvalId, ok: false, error: errorMessage(e), help: e.help ?? null });
      }
    }
    context.print(answered, () =>
      answered
        .map((a) => `${a.id}: ${a.ok ? DONE[answer] : oneLine(`${a.error}. ${a.help ?? ''}`)}\n`)
        .join(''),
    );
    if (answer === 'approve' && answered.some((a) => a.ok) && !readRunFile(app.config.paths.data_dir)) {
      context.say('No server runs here: `ashford run --until-idle` carries it out now.');
    }
    return answered.every((a) => a.ok) ? OK : FAILED;
  });
