import { domainToASCII } from 'node:url';
import { stripInvisible } from './invisible.ts';
import type { Address } from './message.ts';

/** Controls, format characters, private and lone surrogate code points, line separators: they hide, turn or break text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]+/gu;
/** Marks that pile up on one letter and reach into the lines around it; no script needs more than four. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Cut to so many UTF-16 units, never through a character, with an ellipsis in place of what is missing. */
export const cutText = (text: string, chars: number): string => {
  if (text.length <= chars) return text;
  const cut = text.slice(0, chars - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
};

/** A stranger's text as plain text on one line, of at most so many UTF-16 units. */
export const plainLine = (text: string, chars: number): string => {
  // What is cut off anyway need not be cleaned; removed characters leave room for those behind them.
  const plain = stripInvisible(text.slice(0, chars * 8))
    .text.replaceAll(UNSAFE, ' ')
    .replaceAll(PILED_MARKS, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return cutText(plain, chars);
};

/** An address with its domain in ASCII, so that letters which look alike do not pass for others; '' when there is none. */
export const plainAddress = ({ address }: Pick<Address, 'address'>, chars: number): string => {
  const at = address.lastIndexOf('@');
  if (at < 0) return plainLine(address, chars);
  const domain = domainToASCII(address.slice(at + 1)) || address.slice(at + 1);
  return plainLine(`${address.slice(0, at)}@${domain}`, chars);
};
