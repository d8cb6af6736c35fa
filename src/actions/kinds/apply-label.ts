import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';
import { labelParameter } from './label-parameter.ts';
import { namedLabel } from './roles.ts';

export const applyLabel = defineAction({
  type: 'apply_label',
  title: 'Apply label',
  description: 'Put a label on the message.',
  danger: 'safe',
  parameters: labelParameter,
  reversible: true,
  labels: (p) => [p.label],
  effect: (p, view) => ({ kind: 'patch', patch: patch({ addLabels: [namedLabel(view, p.label)] }) }),
});
