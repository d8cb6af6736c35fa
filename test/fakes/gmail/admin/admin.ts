import type { FakeControl } from '#test/fakes/gmail/control.ts';
import { FAULT_KINDS, type Fault } from '#test/fakes/gmail/faults.ts';
import type { Behaviour } from '#test/fakes/gmail/options.ts';
import { fillMailbox } from '#test/fakes/gmail/seed/fill.ts';
import type { World } from '#test/fakes/gmail/world.ts';

export interface AdminRequest {
  http: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
}

interface Admin {
  world: World;
  control: FakeControl;
  body: Record<string, unknown>;
  query: URLSearchParams;
}

type Verb = (of: Admin) => unknown;

const text = (body: Record<string, unknown>, name: string): string => {
  const value = body[name];
  if (typeof value !== 'string') throw new Error(`"${name}" is needed, as text`);
  return value;
};

const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;

const withoutUndefined = <T extends object>(of: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as never;

const deliver: Verb = ({ control, body }) => {
  const raw = typeof body.rawBase64 === 'string' ? Buffer.from(body.rawBase64, 'base64') : text(body, 'raw');
  const { date } = body;
  const options = {
    labels: texts(body.labels),
    date: date as number | string | undefined,
    threadId: body.threadId as string | undefined,
  };
  return { id: control.deliver(text(body, 'email'), raw, withoutUndefined(options)) };
};

const relabel: Verb = ({ control, body }) => {
  control.relabel(
    text(body, 'email'),
    text(body, 'id'),
    withoutUndefined({ add: texts(body.add), remove: texts(body.remove) }),
  );
  return {};
};

const message: Verb = ({ control, query }) => {
  const found = control.message(query.get('email') ?? '', query.get('id') ?? '');
  if (!found) throw new Error('there is no such message');
  return { ...found, raw: found.raw.toString('base64') };
};

const addFault: Verb = ({ world, body }) => {
  const { kind } = body;
  if (!FAULT_KINDS.some((one) => one === kind)) throw new Error(`"kind" is one of ${FAULT_KINDS.join(', ')}`);
  world.faults.add(body as unknown as Fault);
  return {};
};

const setClock: Verb = ({ world, body }) => {
  if (typeof body.offsetMs === 'number') world.clock.setOffset(body.offsetMs);
  if (typeof body.advanceMs === 'number') world.clock.advance(body.advanceMs);
  return { now: world.clock.iso() };
};

const setBehaviour: Verb = ({ world, body }) => {
  for (const name of Object.keys(body))
    if (!(name in world.behaviour)) throw new Error(`there is no behaviour "${name}"`);
  return Object.assign(world.behaviour, body as Partial<Behaviour>);
};

const stats: Verb = ({ world }) => ({
  methods: world.stats.byMethod(),
  units: Object.fromEntries([...world.users.keys()].map((email) => [email, world.quota.used(email)])),
  push: world.pubsub.counts,
});

const email =
  (run: (control: FakeControl, email: string, body: Record<string, unknown>) => unknown): Verb =>
  ({ control, body }) =>
    run(control, text(body, 'email'), body) ?? {};

/** What can be asked under `/_fake/`. */
const VERBS: Readonly<Record<string, Verb>> = {
  'GET ledger': ({ world, query }) => ({
    effects: world.ledger.entries().filter((one) => !query.get('kind') || one.kind === query.get('kind')),
  }),
  'DELETE ledger': ({ world }) => {
    world.ledger.clear();
    return {};
  },
  'GET stats': stats,
  'GET message': message,
  'GET messages': ({ control, query }) => ({
    ids: control.messageIds(query.get('email') ?? '', query.get('label') ?? undefined),
  }),
  'GET behaviour': ({ world }) => world.behaviour,
  'POST behaviour': setBehaviour,
  'POST users': email((control, one) => ({ email: control.addUser(one).email })),
  'POST deliver': deliver,
  'POST relabel': relabel,
  'POST delete': email((control, one, body) => control.delete(one, text(body, 'id'))),
  'POST delete-label': email((control, one, body) => control.deleteLabel(one, text(body, 'name'))),
  'POST expire-history': email((control, one, body) => control.expireHistory(one, Number(body.keepMs ?? 0))),
  'POST history-goes-back': email((control, one, body) => control.historyGoesBack(one, Number(body.by ?? 0))),
  'POST grant': email((control, one, body) => control.grant(one, texts(body.scopes))),
  'POST revoke': email((control, one) => control.revoke(one)),
  'POST expire-access': email((control, one) => control.expireAccess(one)),
  'POST block-sends': email((control, one, body) => control.blockSends(one, Number(body.forMs ?? 0))),
  'POST fill': email((control, one, body) =>
    fillMailbox(control, one, { messages: Number(body.messages ?? 0), seed: Number(body.seed ?? 1) }),
  ),
  'POST clock': setClock,
  'POST faults': addFault,
  'DELETE faults': ({ world }) => {
    world.faults.clear();
    return {};
  },
  'POST quota-day': ({ world, body }) => {
    if (body.usedUp === false) world.quota.renewDay();
    else world.quota.useUpDay();
    return {};
  },
  'POST topics': ({ world, body }) => {
    world.pubsub.createTopic(text(body, 'name'), body.forbidden === true ? 'forbidden' : 'known');
    return {};
  },
  'POST subscriptions': ({ world, body }) => {
    world.pubsub.createSubscription(text(body, 'name'), text(body, 'topic'), Number(body.ackDeadlineS ?? 10));
    return {};
  },
  'POST push-trouble': ({ world, body }) => Object.assign(world.pubsub.trouble, body),
};

const controls = new WeakMap<World, FakeControl>();

/** The control that administers this world. */
export const useControl = (control: FakeControl): void => {
  controls.set(control.world, control);
};

/** Answers `/_fake/…`. Throws errors whose message says what was wrong with the request. */
export const adminAnswer = async (world: World, request: AdminRequest): Promise<unknown> => {
  const verb = VERBS[`${request.http} ${request.path.slice('/_fake/'.length)}`];
  const control = controls.get(world);
  if (!verb || !control) throw new Error(`unknown; there are: ${Object.keys(VERBS).join(', ')}`);
  return verb({ world, control, body: request.body, query: request.query });
};
