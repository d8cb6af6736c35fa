import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';
import { labelParameter } from './label-parameter.ts';
import { namedLabel, roleLabels } from './roles.ts';

export const move = defineAction({
  type: 'move',
  title: 'Move',
  description: 'Move the message to a folder or label, out of the inbox.',
  danger: 'leaves_inbox',
  parameters: labelParameter,
  reversible: true,
  labels: (p) => [p.label],
  effect: (p, view) => {
    const to = namedLabel(view, p.label);
    const from = roleLabels(view, 'inbox').filter((id) => id !== to);
    return { kind: 'patch', patch: patch({ addLabels: [to], removeLabels: from }) };
  },
});
