import { ApiError, badToken, noToken, tooFewScopes } from '#test/fakes/gmail/api/api-error.ts';
import { CLOUD, PUBSUB } from '#test/fakes/gmail/api/scopes.ts';
import type { World } from '#test/fakes/gmail/world.ts';
import type { Subscription } from './subscription.ts';

export interface PubSubRequest {
  http: string;
  /** Below `/v1/`. */
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
  signal: AbortSignal;
}

/** A pull without messages is answered after this long at the latest. */
const PULL_WAIT_MS = 20_000;
const MAX_PULL = 1_000;
const MAX_DEADLINE_S = 600;

const PATH = /^(projects\/[^/]+\/(topics|subscriptions)\/[^/:]+)(?::(\w+))?$/;

const missing = (name: string): ApiError =>
  new ApiError({
    code: 404,
    reason: 'notFound',
    message: `Resource not found (resource=${name.split('/').at(-1)}).`,
  });

const checkToken = (world: World, authorization: string | undefined): void => {
  const text = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (!text) throw noToken();
  const token = world.auth.check(text);
  if (!token) throw badToken();
  if (!token.scopes.has(PUBSUB) && !token.scopes.has(CLOUD))
    throw tooFewScopes('google.pubsub.v1.Subscriber', 'pubsub.googleapis.com');
};

const ackIdsOf = (body: Record<string, unknown>): string[] => {
  if (!Array.isArray(body.ackIds) || body.ackIds.length === 0) {
    throw new ApiError({ code: 400, reason: 'badRequest', message: 'No ack ids specified.' });
  }
  return body.ackIds.map(String);
};

const shown = ({ name, topic, ackDeadlineS }: Subscription): unknown => ({
  name,
  topic,
  pushConfig: {},
  ackDeadlineSeconds: ackDeadlineS,
  messageRetentionDuration: '604800s',
  state: 'ACTIVE',
});

const create = (world: World, name: string, kind: string, body: Record<string, unknown>): unknown => {
  if (kind === 'topics') {
    if (world.pubsub.topicState(name) !== 'unknown')
      throw new ApiError({
        code: 409,
        reason: 'alreadyExists',
        status: 'ALREADY_EXISTS',
        message: 'Resource already exists in the project',
      });
    world.pubsub.createTopic(name);
    return { name };
  }
  const topic = String(body.topic ?? '');
  if (world.pubsub.topicState(topic) === 'unknown') throw missing(topic);
  if (world.pubsub.subscription(name))
    throw new ApiError({
      code: 409,
      reason: 'alreadyExists',
      status: 'ALREADY_EXISTS',
      message: 'Resource already exists in the project',
    });
  return shown(world.pubsub.createSubscription(name, topic, Number(body.ackDeadlineSeconds ?? 10)));
};

const pull = async (subscription: Subscription, request: PubSubRequest): Promise<unknown> => {
  const most = Number(request.body.maxMessages ?? 0);
  if (!(most > 0))
    throw new ApiError({
      code: 400,
      reason: 'badRequest',
      message: 'You have passed an invalid argument to the service (argument=max_messages).',
    });
  const waitMs = request.body.returnImmediately === true ? 0 : PULL_WAIT_MS;
  const received = await subscription.pull(Math.min(most, MAX_PULL), waitMs, request.signal);
  return received.length > 0 ? { receivedMessages: received } : {};
};

/** The name that statistics and faults know a call by. */
export const pubsubMethodOf = (path: string): string => `pubsub.${PATH.exec(path)?.[3] ?? 'resource'}`;

/** Answers one call of the Pub/Sub REST API. Throws ApiErrors. */
export const pubsubAnswer = async (world: World, request: PubSubRequest): Promise<unknown> => {
  checkToken(world, request.authorization);
  const match = PATH.exec(decodeURIComponent(request.path));
  if (!match) throw new ApiError({ code: 404, reason: 'notFound', message: 'Not Found' });
  const [, name = '', kind = '', verb] = match;
  if (request.http === 'PUT' && !verb) return create(world, name, kind, request.body);
  if (kind === 'topics') {
    if (world.pubsub.topicState(name) === 'unknown') throw missing(name);
    return { name };
  }
  const subscription = world.pubsub.subscription(name);
  if (!subscription) throw missing(name);
  if (request.http === 'GET' && !verb) return shown(subscription);
  switch (`${request.http} ${verb}`) {
    case 'POST pull':
      return pull(subscription, request);
    case 'POST acknowledge':
      subscription.acknowledge(ackIdsOf(request.body));
      return {};
    case 'POST modifyAckDeadline': {
      const seconds = Number(request.body.ackDeadlineSeconds ?? 0);
      if (!(seconds >= 0 && seconds <= MAX_DEADLINE_S))
        throw new ApiError({ code: 400, reason: 'badRequest', message: 'Invalid ack deadline.' });
      subscription.modifyDeadline(ackIdsOf(request.body), seconds);
      return {};
    }
    default:
      throw new ApiError({ code: 404, reason: 'notFound', message: 'Not Found' });
  }
};
