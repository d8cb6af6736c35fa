import { domainToASCII } from 'node:url';
import { SEND_ADDRESS_CHARS, SEND_NAME_CHARS } from '#config/limits-sending.ts';
import { AppError } from '#std/errors.ts';
import type { Address } from './message.ts';

/** RFC 5322 §3.2.3, dot-atom: what no mail program reads in two ways. */
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)*[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;

/** An address that mail may go to, its domain in ASCII and lower case; null when it is none or takes more than ASCII before the @. */
export const sendableAddress = (text: string): string | null => {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = domainToASCII(text.slice(at + 1)).toLowerCase();
  const address = `${local}@${domain}`;
  if (at < 1 || !LOCAL.test(local) || !DOMAIN.test(domain) || address.length > SEND_ADDRESS_CHARS)
    return null;
  return address;
};

/** Line breaks and control characters have no place in a header: they would begin another one. */
const BREAKS_HEADER = /[\p{Cc}\u2028\u2029]/u;

/**
 * The value as it is. Throws `mail.header-break` when it holds a line break, a NUL or another control character, which are
 * refused and never taken out: who wrote them meant something else than a header.
 */
export const headerValue = (name: string, value: string): string => {
  if (!BREAKS_HEADER.test(value) && value.isWellFormed()) return value;
  throw new AppError('input', 'mail.header-break', `The ${name} holds characters that no header may have`, {
    help: 'Write it on one line, without control characters.',
    fields: { header: name },
  });
};

/** An address as it stands in a header. Throws `mail.bad-address` when mail cannot go there. */
export const outgoingAddress = (header: string, { name, address }: Address): Address => {
  headerValue(header, address);
  const sendable = sendableAddress(address);
  if (sendable !== null && name.length <= SEND_NAME_CHARS)
    return { name: headerValue(header, name), address: sendable };
  throw new AppError('input', 'mail.bad-address', `The ${header} holds an address that mail cannot go to`, {
    help: 'Addresses are like ann@example.com. Names before the @ that are not ASCII, or stand in quotes, are not supported.',
    fields: { header },
  });
};
