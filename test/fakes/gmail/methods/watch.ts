import type { ApiCall } from '#test/fakes/gmail/api/api-call.ts';
import { ApiError, invalid } from '#test/fakes/gmail/api/api-error.ts';
import { textsOf } from '#test/fakes/gmail/api/parameters.ts';

const LIFE_MS = 7 * 86_400_000;
const TOPIC = /^projects\/[\w.:-]+\/topics\/[\w.~%+-]+$/;

const badTopic = (message: string): ApiError =>
  new ApiError({ code: 400, reason: 'invalidArgument', message });

/** users.watch: changes are told to the topic for seven days at most. */
export const watch = (call: ApiCall): unknown => {
  const { body, user, world } = call;
  const topic = typeof body.topicName === 'string' ? body.topicName : '';
  if (!TOPIC.test(topic))
    throw badTopic('Invalid topicName does not match projects/<project>/topics/<topic>');
  const state = world.pubsub.topicState(topic);
  if (state === 'unknown')
    throw badTopic(
      `Error sending test message to Cloud PubSub ${topic} : Resource not found (resource=${topic.split('/').at(-1)}).`,
    );
  if (state === 'forbidden') {
    const why = 'User not authorized to perform this action.';
    throw new ApiError({
      code: 403,
      reason: 'forbidden',
      message: `Error sending test message to Cloud PubSub ${topic} : ${why}`,
    });
  }
  const labelIds = textsOf(body, 'labelIds');
  for (const id of labelIds) if (!user.mailbox.labels.has(id)) throw invalid(`Invalid label: ${id}`);
  if (user.watch && user.watch.topic !== topic && user.watch.endsMs > world.clock.ms()) {
    throw badTopic(
      'Only one user push notification client allowed per developer (call /stop then try again)',
    );
  }
  const behaviour = String(body.labelFilterBehavior ?? body.labelFilterAction ?? 'include').toLowerCase();
  user.watch = { topic, labelIds, exclude: behaviour === 'exclude', endsMs: world.clock.ms() + LIFE_MS };
  world.ledger.add({ kind: 'watch', user: user.email, method: call.method });
  const historyId = user.mailbox.history.current();
  world.pubsub.notify(user);
  return { historyId: String(historyId), expiration: String(user.watch.endsMs) };
};

export const stop = (call: ApiCall): unknown => {
  delete call.user.watch;
  call.world.ledger.add({ kind: 'stop', user: call.user.email, method: call.method });
  return undefined;
};
