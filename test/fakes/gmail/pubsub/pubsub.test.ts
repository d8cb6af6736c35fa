import { expect, test } from 'vitest';
import { startFakeGmail } from '#test/fakes/gmail/fake.ts';
import { clientOf } from '#test/fakes/gmail/test-client.ts';

const ROBIN = 'robin@marlow.example';
const NOON = Date.UTC(2026, 0, 15, 12);
const TOPIC = 'projects/p/topics/mail';
const SUBSCRIPTION = 'projects/p/subscriptions/ashford';
const SCOPES = ['https://www.googleapis.com/auth/gmail.modify', 'https://www.googleapis.com/auth/pubsub'];
const WEEK_MS = 7 * 86_400_000;

const open = async (behaviour: NonNullable<Parameters<typeof startFakeGmail>[0]>['behaviour'] = {}) => {
  const fake = await startFakeGmail({ users: [ROBIN], now: () => NOON, behaviour });
  fake.pubsub.createTopic(TOPIC);
  fake.pubsub.createSubscription(SUBSCRIPTION, TOPIC, 10);
  const client = clientOf(fake, fake.grant(ROBIN, SCOPES).accessToken);
  const ask = (verb: string, body: unknown) => client.call(`/v1/${SUBSCRIPTION}:${verb}`, { body });
  const pull = async (body: object = { returnImmediately: true }) =>
    ((await ask('pull', { maxMessages: 100, ...body })).json.receivedMessages ?? []) as {
      ackId: string;
      message: { data: string };
    }[];
  return {
    fake,
    ...client,
    ask,
    pull,
    watch: (body: object = {}) => client.post('watch', { topicName: TOPIC, ...body }),
    /** Watches, and takes the notification that comes with it. */
    watchQuietly: async (body: object = {}) => {
      await client.post('watch', { topicName: TOPIC, ...body });
      await ask('acknowledge', { ackIds: (await pull()).map((one) => one.ackId) });
    },
    [Symbol.asyncDispose]: () => fake.close(),
  };
};

const told = (message: { message: { data: string } } | undefined): unknown =>
  JSON.parse(Buffer.from(message?.message.data ?? '', 'base64').toString('utf8'));

test('a watch tells where history stands and when it ends, and tells the topic at once', async () => {
  await using box = await open();
  const { json } = await box.watch();
  expect(json).toEqual({ historyId: box.fake.historyId(ROBIN), expiration: String(NOON + WEEK_MS) });
  const [first] = await box.pull();
  expect(told(first)).toEqual({ emailAddress: ROBIN, historyId: Number(json.historyId) });
});

test('a watch on a topic that is unknown, or that Gmail may not write to, is refused', async () => {
  await using box = await open();
  box.fake.pubsub.createTopic('projects/p/topics/closed', 'forbidden');
  expect((await box.watch({ topicName: 'projects/p/topics/none' })).status).toBe(400);
  expect((await box.watch({ topicName: 'mail' })).status).toBe(400);
  expect((await box.watch({ topicName: 'projects/p/topics/closed' })).status).toBe(403);
});

test('each change is told until the watch is stopped or over', async () => {
  await using box = await open();
  await box.watchQuietly();
  const id = box.fake.deliver(ROBIN, 'Subject: x\n\ny');
  const [got, ...more] = await box.pull();
  expect(told(got)).toEqual({ emailAddress: ROBIN, historyId: Number(box.fake.historyId(ROBIN)) });
  expect(more).toEqual([]);
  await box.ask('acknowledge', { ackIds: [got?.ackId] });
  await box.post('stop');
  box.fake.relabel(ROBIN, id, { remove: ['INBOX'] });
  expect(await box.pull()).toEqual([]);
  await box.watchQuietly();
  box.fake.clock.advance(WEEK_MS);
  box.fake.relabel(ROBIN, id, { add: ['INBOX'] });
  expect(box.fake.pubsub.subscription(SUBSCRIPTION)?.backlog).toBe(0);
});

test('a watch for some labels tells of no others', async () => {
  await using box = await open();
  await box.watchQuietly({ labelIds: ['INBOX'], labelFilterBehavior: 'include' });
  box.fake.deliver(ROBIN, 'Subject: x\n\ny', { labels: ['SENT'] });
  expect(await box.pull()).toEqual([]);
  box.fake.deliver(ROBIN, 'Subject: x\n\ny');
  expect(await box.pull()).toHaveLength(1);
});

test('a message comes again after its deadline until it is acknowledged, under a new id', async () => {
  await using box = await open();
  await box.watch();
  const [first] = await box.pull();
  expect(await box.pull()).toEqual([]);
  box.fake.clock.advance(10_000);
  const [second] = await box.pull();
  expect(second?.message).toEqual(first?.message);
  expect(second?.ackId).not.toBe(first?.ackId);
  await box.ask('acknowledge', { ackIds: [first?.ackId] });
  box.fake.clock.advance(10_000);
  const [third] = await box.pull();
  expect(third?.message).toEqual(first?.message);
  expect((await box.ask('acknowledge', { ackIds: [third?.ackId] })).json).toEqual({});
  box.fake.clock.advance(600_000);
  expect(await box.pull()).toEqual([]);
});

test('a deadline can be put off, or given up at once', async () => {
  await using box = await open();
  await box.watch();
  const [first] = await box.pull();
  await box.ask('modifyAckDeadline', { ackIds: [first?.ackId], ackDeadlineSeconds: 60 });
  box.fake.clock.advance(59_000);
  expect(await box.pull()).toEqual([]);
  await box.ask('modifyAckDeadline', { ackIds: [first?.ackId], ackDeadlineSeconds: 0 });
  expect(await box.pull()).toHaveLength(1);
  expect((await box.ask('modifyAckDeadline', { ackIds: ['x'], ackDeadlineSeconds: 601 })).status).toBe(400);
});

test('a pull waits for what comes, and is woken by it', async () => {
  await using box = await open();
  await box.watchQuietly();
  const waiting = box.pull({});
  const subscription = box.fake.pubsub.subscription(SUBSCRIPTION);
  while (subscription?.pullsWaiting !== 1) await new Promise((again) => setImmediate(again));
  box.fake.deliver(ROBIN, 'Subject: x\n\ny');
  expect(await waiting).toHaveLength(1);
});

test('notifications that come too soon after each other are dropped where the fake is told so', async () => {
  await using box = await open({ pushIntervalMs: 1_000 });
  await box.watchQuietly();
  for (let n = 0; n < 3; n++) box.fake.deliver(ROBIN, 'Subject: x\n\ny');
  box.fake.clock.advance(1_000);
  box.fake.deliver(ROBIN, 'Subject: x\n\ny');
  expect(await box.pull()).toHaveLength(1);
  expect(box.fake.pubsub.counts).toEqual({ sent: 2, lost: 0, dropped: 3 });
});

test('notifications can be lost, doubled, late and out of order', async () => {
  await using box = await open();
  await box.watchQuietly();
  const deliver = (times: number) => {
    for (let n = 0; n < times; n++) box.fake.deliver(ROBIN, 'Subject: x\n\ny');
  };
  box.fake.pubsub.trouble.loss = 1;
  deliver(1);
  expect(await box.pull()).toEqual([]);
  Object.assign(box.fake.pubsub.trouble, { loss: 0, duplicates: 1, lateByMs: 60_000, reorder: true });
  deliver(10);
  const early = (await box.pull()).length;
  expect(early).toBeLessThan(20);
  box.fake.clock.advance(60_000);
  const ids = (await box.pull()).map((one) => (told(one) as { historyId: number }).historyId);
  expect(ids.length).toBe(20);
  expect(ids).not.toEqual(ids.toSorted((a, b) => a - b));
});

test('Pub/Sub wants a token of its own scope, and a subscription that exists', async () => {
  await using box = await open();
  const plain = clientOf(box.fake, box.fake.grant(ROBIN).accessToken);
  const refused = await plain.call(`/v1/${SUBSCRIPTION}:pull`, { body: { maxMessages: 1 } });
  expect(refused.status).toBe(403);
  expect(
    (await box.call('/v1/projects/p/subscriptions/none:pull', { body: { maxMessages: 1 } })).status,
  ).toBe(404);
  expect((await box.ask('pull', {})).status).toBe(400);
  expect((await box.call(`/v1/${SUBSCRIPTION}`)).json).toMatchObject({
    topic: TOPIC,
    ackDeadlineSeconds: 10,
  });
});
