import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';
import { labelParameter } from './label-parameter.ts';

export const removeLabel = defineAction({
  type: 'remove_label',
  title: 'Remove label',
  description: 'Take a label off the message.',
  danger: 'safe',
  parameters: labelParameter,
  reversible: true,
  effect: (p, view) => {
    const id = view.label(p.label);
    return { kind: 'patch', patch: patch({ removeLabels: id === null ? [] : [id] }) };
  },
});
