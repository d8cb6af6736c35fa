import type { Effect } from '#actions/kinds/define.ts';
import type { EffectKind } from './define.ts';
import { deleteEffect } from './delete.ts';
import { draftEffect } from './draft.ts';
import { dropDraftEffect } from './drop-draft.ts';
import { noteEffect } from './note.ts';
import { nothingEffect } from './nothing.ts';
import { patchEffect } from './patch.ts';
import { sendEffect } from './send.ts';

const EFFECTS: Readonly<Record<Effect['kind'], EffectKind>> = {
  patch: patchEffect,
  delete: deleteEffect,
  note: noteEffect,
  send: sendEffect,
  draft: draftEffect,
  drop_draft: dropDraftEffect,
  nothing: nothingEffect,
};

export const effectKind = (kind: Effect['kind']): EffectKind => EFFECTS[kind];
