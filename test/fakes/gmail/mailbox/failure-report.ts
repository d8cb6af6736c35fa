import { splitHead } from '#test/fakes/gmail/mime/header-lines.ts';
import { headOf } from './mail-item.ts';

/** The report that comes back when a mail can't be delivered (RFC 3464). */
export const failureReport = (of: { raw: Buffer; from: string; to: string; nowMs: number }): Buffer => {
  const { headers } = splitHead(of.raw);
  const { messageId } = headOf(headers);
  const boundary = `report-${of.nowMs}`;
  const date = new Date(of.nowMs).toUTCString();
  const part = (type: string, text: string): string =>
    `--${boundary}\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`;
  const head = headers.map(({ name, value }) => `${name}: ${value}`).join('\r\n');
  return Buffer.from(
    [
      `Delivered-To: ${of.from}`,
      'Return-Path: <>',
      'From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
      `To: ${of.from}`,
      'Auto-Submitted: auto-replied',
      'Subject: Delivery Status Notification (Failure)',
      `References: <${messageId}>`,
      `In-Reply-To: <${messageId}>`,
      `X-Failed-Recipients: ${of.to}`,
      `Message-ID: <${boundary}.${of.to}>`,
      `Date: ${date}`,
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; boundary="${boundary}"; report-type=delivery-status`,
      '',
      part(
        'text/plain; charset=utf-8',
        `Your message was not delivered to ${of.to}: the address could not be found.`,
      ) +
        part(
          'message/delivery-status',
          `Reporting-MTA: dns; googlemail.com\r\nArrival-Date: ${date}\r\n\r\nFinal-Recipient: rfc822; ${of.to}\r\nAction: failed\r\nStatus: 5.1.1\r\n`,
        ) +
        part('message/rfc822', `${head}\r\n`) +
        `--${boundary}--\r\n`,
    ].join('\r\n'),
    'utf8',
  );
};
