import { expect, test } from 'vitest';
import { look, MINUTE, OWNER, reply, Server, start, UNKNOWN, wait } from '#test/kit/scripted-server.ts';
import type { TestApp } from '#test/kit/test-app.ts';
import { abandonedJob } from './abandoned.job.ts';
import { answerUncertain, type UncertainAnswer } from './answer-uncertain.ts';
import { uncertainMails } from './outbox-store.ts';

const answer = (t: TestApp, actionId: string, said: UncertainAnswer) =>
  answerUncertain(t.app, { userId: t.app.owner.id, actionId, answer: said, by: OWNER });

const uncertain = async (server: Server) => {
  server.script = [{ left: true, error: UNKNOWN }];
  server.traces = [{ kind: 'unknown' }, { kind: 'unknown' }, { kind: 'unknown' }];
  const { t, clock } = await start(server);
  const id = await reply(t);
  for (const ms of [10_000, 15_000, 105_000, 480_000]) await wait(t, clock, ms);
  return { t, clock, id };
};

test('where nobody can tell, a person is asked after ten minutes, and nothing happens by itself', async () => {
  const server = new Server();
  const { t, clock, id } = await uncertain(server);
  await using _ = t;
  expect(await look(t, id)).toBe('uncertain executing');
  for (let i = 0; i < 5; i++) await wait(t, clock, 24 * 60 * MINUTE);
  expect(server.calls.filter((call) => call === 'send')).toHaveLength(1);
  expect((await uncertainMails(t.app.db, t.app.owner.id, 10)).map((m) => m.actionId)).toEqual([id]);
});

test('a person says that it went out, once', async () => {
  const { t, id } = await uncertain(new Server());
  await using _ = t;
  await answer(t, id, 'went-out');
  await expect(answer(t, id, 'send-again')).rejects.toMatchObject({ code: 'actions.not-uncertain' });
  expect(await look(t, id)).toBe('sent completed');
});

test('a person gives it up', async () => {
  const { t, id, clock } = await uncertain(new Server());
  await using _ = t;
  await answer(t, id, 'give-up');
  await wait(t, clock, MINUTE);
  expect(await look(t, id)).toBe('cancelled canceled');
});

test('a person has it sent again', async () => {
  const server = new Server();
  const { t, id, clock } = await uncertain(server);
  await using _ = t;
  await answer(t, id, 'send-again');
  await t.app.queue.enqueue(abandonedJob, {});
  await wait(t, clock, MINUTE);
  expect(await look(t, id)).toBe('sent completed');
  expect(server.took).toHaveLength(2);
  expect(server.took[0]?.raw).toEqual(server.took[1]?.raw);
});
