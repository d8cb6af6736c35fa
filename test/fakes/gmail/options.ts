import type { PriceList } from './prices.ts';

/** How the fake behaves where the service's ways are not certain, or where a test wants them otherwise. */
export interface Behaviour {
  /** Which of the two price lists is charged. */
  prices: PriceList;
  /** false: nothing is refused for its price; units are still counted. */
  quota: boolean;
  /** Units per user in any 60 seconds; null takes the price list's. */
  unitsPerMinute: number | null;
  /** How a refusal for the quota is told: the service does both. */
  quotaAnswer: '403' | '429' | 'alternate';
  /** Seconds in Retry-After of such a refusal; null leaves the header out. */
  quotaRetryAfterS: number | null;
  /** Calls of one user at the same time; more are answered 429. 0: no limit. */
  callsAtOnce: number;
  /** Calls of one batch that are done; those behind them are answered 429. 0: no limit. */
  batchCallsAtOnce: number;
  /** Sends of one user in 24 hours; more are answered 429. */
  sendsPerDay: number;
  /** Life of an access token, in seconds. */
  accessTokenS: number;
  /** The project's consent screen is in testing: refresh tokens end after 7 days. */
  testing: boolean;
  /** While in testing only these may sign in; null: everybody. */
  testUsers: readonly string[] | null;
  /** Live refresh tokens per user and client; one more ends the oldest. */
  refreshTokensPerClient: number;
  /** A sign-in without PKCE is refused. */
  requirePkce: boolean;
  /** What the consent page does: shows itself, or answers at once. */
  consent: 'page' | 'allow' | 'deny';
  /** The scopes that the person leaves ticked; null leaves all. */
  consentScopes: readonly string[] | null;
  /** false: "Gmail API has not been used in project …". */
  apiEnabled: boolean;
  /** X- headers of a mail that is sent stay in it. */
  keepsXHeaders: boolean;
  /** A mail sent over the API gets a Message-ID of Gmail's. */
  overwritesMessageId: boolean;
  /** A mail to another user of this fake arrives there. */
  deliversBetweenUsers: boolean;
  /** Addresses and domains that no mail can reach: the sender gets a report instead. */
  bounces: readonly string[];
  /** Searches (`q`) find a message this long after it came. */
  searchLagMs: number;
  /** Each message lags by a time of its own, up to that. */
  searchLagVaries: boolean;
  /** History is kept so long: an id before that is not found. */
  historyKeepMs: number;
  /** History names the labels of each message, beside its id and thread. */
  historyShowsLabels: boolean;
  /** Encoded words of headers are decoded in `payload.headers`. */
  decodesHeaders: boolean;
  /** Text parts above this many bytes come as attachments. */
  inlineTextBytes: number;
  /** Putting mail into the trash takes INBOX off. */
  trashTakesInboxOff: boolean;
  /** Two sends of one draft at the same time may both go out. */
  racingDraftSendsBothWin: boolean;
  /** A push notification per user at most this often; more are dropped. 0: all are sent. */
  pushIntervalMs: number;
  /** User labels of one mailbox. */
  labelLimit: number;
  /** Answers are compressed when the caller takes gzip. */
  gzip: boolean;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  prices: 'new',
  quota: true,
  unitsPerMinute: null,
  quotaAnswer: 'alternate',
  quotaRetryAfterS: null,
  callsAtOnce: 0,
  batchCallsAtOnce: 0,
  sendsPerDay: 2_000,
  accessTokenS: 3_599,
  testing: false,
  testUsers: null,
  refreshTokensPerClient: 100,
  requirePkce: true,
  consent: 'page',
  consentScopes: null,
  apiEnabled: true,
  keepsXHeaders: true,
  overwritesMessageId: true,
  deliversBetweenUsers: true,
  bounces: [],
  searchLagMs: 0,
  searchLagVaries: false,
  historyKeepMs: 7 * 86_400_000,
  historyShowsLabels: false,
  decodesHeaders: true,
  inlineTextBytes: 10_000_000,
  trashTakesInboxOff: true,
  racingDraftSendsBothWin: false,
  pushIntervalMs: 0,
  labelLimit: 10_000,
  gzip: false,
};

/** One OAuth client of the project. */
export interface ClientOptions {
  id: string;
  secret: string;
  /** A desktop client takes any loopback port; a web client only the listed addresses. */
  type: 'desktop' | 'web';
  redirectUris?: readonly string[];
}

export interface FakeGmailOptions {
  /** 0 or left out: any free port. */
  port?: number;
  /** Milliseconds since 1970; real time when left out. */
  now?: () => number;
  seed?: number;
  /** The first id of each mailbox's history. */
  firstHistoryId?: bigint;
  /** Beside the desktop client that always exists. */
  clients?: readonly ClientOptions[];
  /** Addresses of users to begin with. */
  users?: readonly string[];
  behaviour?: Partial<Behaviour>;
  /** Called once per request with a line that holds no mail text. */
  onRequest?: (line: string) => void;
}
