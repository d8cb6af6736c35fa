import { answerLetter, answerParameters } from './answer-parameters.ts';
import { defineAction } from './define.ts';

export const createDraft = defineAction({
  type: 'create_draft',
  title: 'Draft a reply',
  description: 'Put an answer into the drafts of the mailbox. It is not sent.',
  danger: 'safe',
  parameters: answerParameters,
  reversible: true,
  effect: (p) => ({ kind: 'draft', letter: answerLetter(p) }),
});
