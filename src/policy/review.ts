import type { DecisionSource, SafeMode } from '#db/enums.ts';
import { atLeast, type Danger } from './danger.ts';
import { modelReach } from './model-actions.ts';

/** All that policy looks at. Plain JSON, so that it is stored with the action and judged again before the effect. */
export interface ReviewInput {
  /** `manual`: a person's own command. */
  source: DecisionSource;
  action: {
    type: string;
    danger: Danger;
    /** For what leaves the mailbox: to whom. A reply goes to the sender of the message. */
    sends?: { kind: 'forward' | 'reply'; to: string[] };
  };
  /** 0 to 1. Rules and people are sure: 1. */
  confidence: number;
  /** Of the rule, where a rule decided. */
  safeMode?: SafeMode;
  /** The model said that a person should look. */
  modelAsked?: boolean;
  /** The user's own names for the directions that this would break. */
  directionsViolated?: string[];
  /** The action names a label that is not on the user's list. */
  unknownLabel?: boolean;
  /** The sender is who the message says, as far as the trusted server could tell. */
  authenticated?: boolean;
  /** A password reset, a new sign-in: a model may not hide it (V10). */
  securityMail?: boolean;
  rateExceeded?: boolean;
  /** A person was asked about exactly this and said yes, or confirmed their own command. */
  confirmed?: boolean;
}

export interface PolicySettings {
  /** Action types that always wait for a yes, unless a person commands them. */
  approvalAlways: readonly string[];
  /** 0 to 1. */
  confidenceDefault: number;
  /** 0 to 1, for what leaves the inbox. Never counts as less than `confidenceDefault`. */
  confidenceLeaveInbox: number;
  /** Addresses that mail may be forwarded to. */
  forwardAllow: readonly string[];
}

export const POLICY_REASONS = [
  'dangerous',
  'confidence-low',
  'approval-always',
  'model-asked',
  'model-may-only-propose',
  'model-may-not',
  'direction-violated',
  'label-unknown',
  'recipient-not-allowed',
  'sender-unauthenticated',
  'security-mail',
  'rate-exceeded',
  'rule-always-safe',
] as const;
export type PolicyReasonCode = (typeof POLICY_REASONS)[number];

export interface PolicyReason {
  code: PolicyReasonCode;
  /** For the person who is asked. No mail text. */
  sentence: string;
}

export type Verdict = 'allow' | 'ask' | 'deny';

export interface Review {
  verdict: Verdict;
  /** Every reason that applies, not only the first. Empty when allowed. */
  reasons: PolicyReason[];
}

type Judge = (input: ReviewInput, settings: PolicySettings) => PolicyReason[];

const reason = (code: PolicyReasonCode, sentence: string): PolicyReason[] => [{ code, sentence }];
const NONE: PolicyReason[] = [];

const isGuess = ({ source }: ReviewInput): boolean => source === 'llm' || source === 'learned';
const words = ({ action }: ReviewInput): string => action.type.replaceAll('_', ' ');

/** The person who wrote the rule has said that it may do dangerous things without asking. */
const overrides = ({ source, safeMode }: ReviewInput): boolean =>
  source === 'deterministic' && safeMode === 'dangerous_override';

const danger: Judge = (input) => {
  if (input.action.danger !== 'dangerous') return NONE;
  if (overrides(input)) return NONE;
  return reason('dangerous', `It can't be taken back or reaches other people: ${words(input)}.`);
};

const reach: Judge = (input) => {
  if (!isGuess(input)) return NONE;
  const may = modelReach(input.action.type);
  if (may === 'act') return NONE;
  if (may === 'propose') {
    return reason('model-may-only-propose', `A model may only propose this: ${words(input)}.`);
  }
  return reason('model-may-not', `This is not for a model to decide: ${words(input)}.`);
};

const confidence: Judge = (input, settings) => {
  const given = Number.isFinite(input.confidence) ? input.confidence : 0;
  const least = atLeast(input.action.danger, 'leaves_inbox')
    ? Math.max(settings.confidenceDefault, settings.confidenceLeaveInbox)
    : settings.confidenceDefault;
  if (given >= least) return NONE;
  const percent = (n: number) => `${Math.floor(n * 100)} %`;
  return reason(
    'confidence-low',
    `The decision is ${percent(given)} sure, and ${percent(least)} is asked for.`,
  );
};

const always: Judge = (input, settings) =>
  settings.approvalAlways.includes(input.action.type)
    ? reason('approval-always', `You want to be asked before every ${words(input)}.`)
    : NONE;

const asked: Judge = (input) =>
  input.modelAsked ? reason('model-asked', 'The model wants a person to look.') : NONE;

const directions: Judge = (input) =>
  (input.directionsViolated ?? []).flatMap((name) =>
    reason('direction-violated', `It breaks your direction "${name}".`),
  );

const label: Judge = (input) =>
  input.unknownLabel ? reason('label-unknown', 'It names a label that is not on your list.') : NONE;

const recipient: Judge = (input, settings) => {
  const { sends } = input.action;
  if (sends?.kind !== 'forward') return NONE;
  const allowed = new Set(settings.forwardAllow.map((a) => a.toLowerCase()));
  const strangers = sends.to.filter((a) => !allowed.has(a.toLowerCase())).length;
  if (strangers === 0 && sends.to.length > 0) return NONE;
  return reason('recipient-not-allowed', 'It would go to an address that is not on your list.');
};

const sender: Judge = (input) => {
  if (input.action.danger !== 'dangerous' || input.authenticated === true) return NONE;
  // Whoever is answered might be an innocent third party, so no rule may skip this for what is sent.
  if (overrides(input) && !input.action.sends) return NONE;
  return reason('sender-unauthenticated', 'Nobody vouches for who sent this message.');
};

const security: Judge = (input) => {
  if (!input.securityMail || !isGuess(input)) return NONE;
  const hides = atLeast(input.action.danger, 'leaves_inbox') || input.action.type === 'mark_read';
  return hides ? reason('security-mail', 'A model may not hide a message about security.') : NONE;
};

const rate: Judge = (input) =>
  input.rateExceeded
    ? reason('rate-exceeded', 'This has happened unusually often within the last hour.')
    : NONE;

const alwaysSafe: Judge = (input) =>
  input.source === 'deterministic' && input.safeMode === 'always_safe' && input.action.danger !== 'safe'
    ? reason('rule-always-safe', 'The rule asks before all that is not safe.')
    : NONE;

const JUDGES: readonly Judge[] = [
  danger,
  reach,
  confidence,
  always,
  asked,
  directions,
  label,
  recipient,
  sender,
  security,
  rate,
  alwaysSafe,
];

/** A person who gives a command needs no guard against themself, only a second look at what can't be taken back. */
const MANUAL_JUDGES: readonly Judge[] = [danger, recipient];

/** These end it: no yes of a person should be one careless press away from them. */
const denies = (input: ReviewInput, code: PolicyReasonCode): boolean =>
  code === 'model-may-not' || (code === 'recipient-not-allowed' && isGuess(input));

/**
 * Whether an action may run, waits for a person, or must not happen. Pure; looks at everything and collects every reason.
 * For the same input otherwise, a more dangerous action never gets a milder verdict.
 */
export const review = (input: ReviewInput, settings: PolicySettings): Review => {
  const judges = input.source === 'manual' ? MANUAL_JUDGES : JUDGES;
  const reasons = judges.flatMap((judge) => judge(input, settings));
  if (reasons.some((r) => denies(input, r.code))) return { verdict: 'deny', reasons };
  if (reasons.length === 0 || input.confirmed) return { verdict: 'allow', reasons: [] };
  return { verdict: 'ask', reasons };
};
