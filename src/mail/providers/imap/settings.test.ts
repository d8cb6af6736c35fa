import { expect, test } from 'vitest';
import { AppError } from '#std/errors.ts';
import { asAppError } from './errors.ts';
import { WELL_KNOWN_HOSTS } from './hosts.ts';
import { filesSentMail, imapSettingsSchema, passwordHint, settingsFor, settingsOf } from './settings.ts';

const server = (host: string, security: 'tls' | 'starttls' | 'none' = 'tls') => ({
  host,
  port: 993,
  security,
});

test.each([
  ['bob@fastmail.com', 'imap.fastmail.com', true],
  ['bob@ICLOUD.com', 'imap.mail.me.com', true],
  ['bob@firm.example', 'imap.firm.example', false],
])('for %s the server %s is offered', (email, host, known) => {
  const offered = settingsFor(email);
  expect(offered.settings.imap.host).toBe(host);
  expect(offered.known).toBe(known);
  expect(imapSettingsSchema.safeParse(offered.settings).success).toBe(true);
});

test('every well-known server is spoken to with TLS, and no address has two', () => {
  const domains = WELL_KNOWN_HOSTS.flatMap((h) => h.domains);
  expect(new Set(domains).size).toBe(domains.length);
  for (const { imap, smtp } of WELL_KNOWN_HOSTS) {
    expect(imap.security).not.toBe('none');
    expect(smtp.security).not.toBe('none');
  }
});

test('only a server on this machine may be spoken to in the clear', () => {
  const settings = (host: string) => ({ imap: server(host, 'none'), smtp: null, username: 'bob' });
  for (const host of ['127.0.0.1', '::1', 'localhost']) expect(settingsOf(settings(host)).smtp).toBeNull();
  for (const host of ['mail.firm.example', '127.0.0.1.firm.example', '10.0.0.1'])
    expect(() => settingsOf(settings(host))).toThrow(AppError);
});

test('settings that are none say what is missing, and repeat nothing', () => {
  const wrong = { imap: server('bad host'), smtp: null, username: 'bob' };
  expect(() => settingsOf(wrong)).toThrow('imap.host: must be the name or address of a server');
  expect(() => settingsOf(wrong)).not.toThrow('bad host');
});

test('Gmail files what was sent through it; a server on this machine only if it is the one we know there', () => {
  const smtp = (host: string, port: number) =>
    settingsOf({ imap: server('x.example'), smtp: { host, port, security: 'starttls' }, username: 'bob' });
  expect(filesSentMail(smtp('smtp.gmail.com', 587))).toBe(true);
  expect(filesSentMail(smtp('127.0.0.1', 1025))).toBe(true);
  expect(filesSentMail(smtp('127.0.0.1', 2525))).toBe(false);
});

test.each([
  [{ authenticationFailed: true }, 'needs-user', 'imap.sign-in-refused'],
  [{ authenticationFailed: true, serverResponseCode: 'UNAVAILABLE' }, 'transient', 'imap.sign-in-later'],
  [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'transient', 'imap.certificate'],
  [{ serverResponseCode: 'OVERQUOTA' }, 'permanent', 'imap.full'],
  [{ code: 'ECONNREFUSED' }, 'transient', 'imap.unreachable'],
])('what the library throws with %j becomes %s', (parts, kind, code) => {
  const secret = 'pass-word of Ann';
  const e = Object.assign(new Error(secret), { responseText: secret, response: secret }, parts);
  const told = asAppError(e, server('imap.gmail.com'));
  expect(told).toMatchObject({ kind, code });
  const { message, help, fields, cause, stack } = told as AppError;
  expect(JSON.stringify({ message, help, fields, cause, stack })).not.toContain(secret);
});

test.each([
  [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'was not found'],
  [{ code: 'EDNS', syscall: 'getaddrinfo' }, 'was not found'],
  [{ code: 'GREETING_TIMEOUT' }, 'says nothing on port'],
  [{ code: 'ETIMEDOUT' }, 'says nothing on port'],
  [{ code: 'NoConnection' }, 'did not do what it was asked'],
])('a connection that never came to be with %j says what to check', (parts, words) => {
  const told = asAppError(Object.assign(new Error('x'), parts), server('imap.firm.example')) as AppError;
  expect(told.message).toContain(words);
  expect(told.help).toBeDefined();
});

test.each([
  ['CERT_HAS_EXPIRED', 'clock'],
  ['CERT_NOT_YET_VALID', 'clock'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'another name'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'imap.ca_file'],
])('a certificate that is refused by %s comes with a cure that fits', (code, words) => {
  const told = asAppError(Object.assign(new Error('x'), { code }), server('imap.firm.example')) as AppError;
  expect(told.help).toContain(words);
});

test('a refused password comes with what to do at that provider', () => {
  expect(passwordHint(server('imap.gmail.com'))).toContain('app password');
  expect(passwordHint(server('imap.mail.me.com'))).toContain('app-specific');
  expect(passwordHint(server('mail.firm.example'))).toContain('Check the user name');
});

test('a bug stays a bug', () => {
  const bug = new TypeError('x is undefined');
  expect(asAppError(bug, server('x.example'))).toBe(bug);
});
