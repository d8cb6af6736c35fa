import { expect, test } from 'vitest';
import { filesOf, inlineForward } from './forwarding.ts';
import { parseMail } from './mime.ts';

const part = (headers: string[], body: string) => ['--r', ...headers, '', body].join('\r\n');

const raw = (html: string): Uint8Array =>
  new TextEncoder().encode(
    [
      'From: Shop <shop@example.com>',
      'To: robin@marlow.example',
      'Subject: Invoice',
      'Content-Type: multipart/related; boundary=r',
      '',
      part(['Content-Type: text/html; charset=utf-8'], html),
      part(['Content-Type: image/png', 'Content-ID: <logo@x>', 'Content-Disposition: inline'], 'PNG'),
      part(['Content-Type: image/png', 'Content-ID: <other@x>', 'Content-Disposition: inline'], 'PNG2'),
      part(['Content-Type: application/pdf', 'Content-Disposition: attachment; filename=a.pdf'], 'PDF'),
      '--r--',
      '',
    ].join('\r\n'),
  );

const HTML =
  '<style>p{color:red}</style><script>steal()</script><p onclick="x()">Pay <b>7</b></p>' +
  '<img src="cid:logo@x"><img src="https://shop.example/a.png"><img src="javascript:x()"><form action="//e"><input></form>';

test('a message is sent on as text and as HTML that acts on nothing, with the note as text', async () => {
  const mail = await parseMail(raw(HTML));
  const inline = inlineForward('See <b>this</b>\nplease', mail);
  expect(inline?.text).toMatch(/^See <b>this<\/b>\nplease\n\n-{10} Forwarded message -{10}\nFrom: Shop/);
  expect(inline?.text).toContain('Pay 7');
  expect(inline?.html).toContain('See &lt;b&gt;this&lt;/b&gt;<br>please<br>');
  expect(inline?.html).toContain('From: Shop &lt;shop@example.com&gt;<br>');
  expect(inline?.html).toContain('<p>Pay <b>7</b></p>');
  expect(inline?.html).toContain('<img src="cid:logo@x"><img src="https://shop.example/a.png"><img>');
  expect(inline?.html).not.toMatch(/script|steal|onclick|form|color/);
});

test('pictures that the HTML shows stay where they are shown, and all else goes along as files', async () => {
  const bytes = raw(HTML);
  const mail = await parseMail(bytes);
  const files = await filesOf(bytes, mail, inlineForward('', mail)?.html ?? '');
  expect(files?.map(({ filename, contentId }) => [filename, contentId])).toEqual([
    ['attachment-1', 'logo@x'],
    ['attachment-2', undefined],
    ['a.pdf', undefined],
  ]);
  expect(await filesOf(new TextEncoder().encode('Subject: another\r\n\r\nx'), mail, '')).toBeNull();
});

test('what does not fit, or was cut, does not go inline', async () => {
  const mail = await parseMail(raw('<p>Hi</p>'));
  expect(inlineForward('', { ...mail, html: 'x'.repeat(500_001) })).toBeNull();
  expect(inlineForward('', { ...mail, html: '<'.repeat(400_000) })).toBeNull();
  expect(inlineForward('', { ...mail, text: 'x'.repeat(100_000) })).toBeNull();
  expect(inlineForward('', { ...mail, notes: ['the text was cut'] })).toBeNull();
  expect(inlineForward('', { ...mail, html: null })).not.toHaveProperty('html');
});
