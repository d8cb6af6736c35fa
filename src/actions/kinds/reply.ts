import { answerLetter, answerParameters } from './answer-parameters.ts';
import { defineAction } from './define.ts';

export const reply = defineAction({
  type: 'reply',
  title: 'Reply',
  description: 'Answer whoever sent the message. No model may do this by itself.',
  danger: 'dangerous',
  parameters: answerParameters,
  reversible: false,
  sends: () => ({ kind: 'reply', to: [], automatic: false }),
  effect: (p) => ({ kind: 'send', letter: answerLetter(p) }),
});
