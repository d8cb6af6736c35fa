import { domainToASCII } from 'node:url';
import { isAscii, plainWidth } from './fold.ts';

/** Label by label, so that a pattern with wildcards in one label still has its others translated. */
const asciiDomain = (domain: string): string =>
  domain
    .split('.')
    .map((label) => (isAscii(label) ? label : domainToASCII(label) || label))
    .join('.');

/** A domain as it is compared: lower case, international names in their ASCII form (RFC 5890), no final dot. */
export const domainKey = (domain: string): string => {
  const lower = plainWidth(domain).trim().toLowerCase().replace(/\.$/, '');
  return isAscii(lower) ? lower : asciiDomain(lower);
};

/** An address as it is compared: local part and domain without case. Text without an @ is only lower-cased. */
export const addressKey = (address: string): string => {
  const at = address.lastIndexOf('@');
  if (at < 0) return plainWidth(address).trim().toLowerCase();
  return `${plainWidth(address.slice(0, at)).trim().toLowerCase()}@${domainKey(address.slice(at + 1))}`;
};

/** '' when there is no @. */
export const domainOf = (key: string): string => {
  const at = key.lastIndexOf('@');
  return at < 0 ? '' : key.slice(at + 1);
};

/** Whether the domain is `parent` or lies under it. */
export const isUnder = (domain: string, parent: string): boolean =>
  domain === parent || (domain.endsWith(parent) && domain[domain.length - parent.length - 1] === '.');

/** The address without its plus-tag: a+shop@x.example → a@x.example. */
export const withoutTag = (key: string): string => key.replace(/\+[^@]*(?=@[^@]*$)/, '');
