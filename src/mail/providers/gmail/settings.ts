import type { Config } from '#config/config.ts';
import type { GmailSettings, PushSettings } from './gmail.ts';

/** The settings of Gmail accounts. */
export const gmailSettings = ({ gmail, endpoints }: Pick<Config, 'gmail' | 'endpoints'>): GmailSettings => ({
  root: endpoints.gmail,
  access: gmail.access,
  quota: {
    priceList: gmail.price_list,
    share: gmail.quota_share,
    unitsPerMinute: gmail.units_per_minute,
  },
  pollMs: gmail.poll_interval,
  backfillDays: gmail.backfill_days,
  push: pushSettings(gmail, endpoints.pubsub),
});

/** undefined unless everything that it takes is said. */
const pushSettings = (gmail: Config['gmail'], root: string): PushSettings | undefined => {
  const { use_pubsub, project_id, topic, subscription } = gmail;
  if (!use_pubsub || topic === undefined || subscription === undefined) return undefined;
  const full = (kind: string, name: string): string =>
    name.startsWith('projects/') ? name : `projects/${project_id ?? ''}/${kind}/${name}`;
  return { root, topic: full('topics', topic), subscription: full('subscriptions', subscription) };
};
