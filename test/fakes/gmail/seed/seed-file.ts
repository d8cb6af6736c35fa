import type { FakeGmail } from '#test/fakes/gmail/fake.ts';

/** What `--seed FILE` holds, as JSON. */
export interface SeedFile {
  users: readonly {
    email: string;
    labels?: readonly string[];
    /** Made-up mail, beside the messages. */
    fill?: number;
    messages?: readonly { raw: string; labels?: readonly string[]; date?: string }[];
  }[];
  topics?: readonly string[];
  subscriptions?: readonly { name: string; topic: string; ackDeadlineS?: number }[];
  behaviour?: Record<string, unknown>;
}

/** Puts what the file says into the fake. */
export const loadSeed = (fake: FakeGmail, seed: SeedFile): void => {
  Object.assign(fake.behaviour, seed.behaviour);
  for (const topic of seed.topics ?? []) fake.pubsub.createTopic(topic);
  for (const { name, topic, ackDeadlineS } of seed.subscriptions ?? []) {
    fake.pubsub.createSubscription(name, topic, ackDeadlineS);
  }
  for (const { email, labels = [], fill = 0, messages = [] } of seed.users) {
    fake.addUser(email);
    for (const name of labels) fake.labelId(email, name);
    if (fill > 0) fake.fill(email, { messages: fill });
    for (const { raw, ...options } of messages) fake.deliver(email, raw, options);
  }
};
