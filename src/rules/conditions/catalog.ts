import type { AnyCondition } from '#rules/condition.ts';
import { ageOver } from './age-over.ts';
import { attachmentName } from './attachment-name.ts';
import { attachmentType } from './attachment-type.ts';
import { authenticated } from './authenticated.ts';
import { bodyContains } from './body-contains.ts';
import { bodyRegex } from './body-regex.ts';
import { calendarInvite } from './calendar-invite.ts';
import { hasAttachment } from './has-attachment.ts';
import { headerMatch } from './header-match.ts';
import { isBulk } from './is-bulk.ts';
import { isReply } from './is-reply.ts';
import { knownSender } from './known-sender.ts';
import { labelPresent } from './label-present.ts';
import { language } from './language.ts';
import { listId } from './list-id.ts';
import { recipient } from './recipient.ts';
import { senderDomain } from './sender-domain.ts';
import { senderEmail } from './sender-email.ts';
import { sizeOver } from './size-over.ts';
import { subjectContains } from './subject-contains.ts';
import { subjectRegex } from './subject-regex.ts';

/** Every leaf of a condition tree, in the order that forms offer them. */
export const CONDITIONS: readonly AnyCondition[] = [
  senderEmail,
  senderDomain,
  recipient,
  subjectContains,
  bodyContains,
  subjectRegex,
  bodyRegex,
  headerMatch,
  labelPresent,
  listId,
  isReply,
  isBulk,
  hasAttachment,
  attachmentName,
  attachmentType,
  sizeOver,
  ageOver,
  authenticated,
  knownSender,
  calendarInvite,
  language,
];

const byType = new Map(CONDITIONS.map((c) => [c.type, c]));

export const conditionOf = (type: string): AnyCondition | undefined => byType.get(type);
