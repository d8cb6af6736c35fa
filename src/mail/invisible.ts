// Characters that take no room on the screen: soft hyphen, joiners, fillers, zero-width spaces, bidi controls, variation
// selectors, and the tag letters of plane 14 that can spell whole sentences unseen.
const INVISIBLE = new RegExp(
  [
    '[\\u00ad\\u061c\\u115f\\u1160\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0]',
    '\\u034f|\\u17b4|\\u17b5|[\\u180b-\\u180f]|[\\ufe00-\\ufe0f]|[\\u{e0000}-\\u{e0fff}]',
  ].join('|'),
  'gu',
);

const ONE_INVISIBLE = new RegExp(INVISIBLE.source, 'u');

/** Whether the text holds a character that takes no room on the screen. */
export const hasInvisible = (text: string): boolean => ONE_INVISIBLE.test(text);

/** The text without characters that a reader can't see, and how many there were. */
export const stripInvisible = (text: string): { text: string; removed: number } => {
  let removed = 0;
  const visible = text.replace(INVISIBLE, () => {
    removed++;
    return '';
  });
  return { text: visible, removed };
};
