/** HTML mail as companies send it: tables, inline styles, a preheader nobody sees, a footer nobody reads. */

export interface Page {
  brand: string;
  color: string;
  /** Shown by mail programs after the subject, hidden in the page. */
  preheader: string;
  heading: string;
  blocks: readonly { title?: string; html: string }[];
  button?: { text: string; url: string };
  footer: string;
}

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export const page = (p: Page): string => `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(p.heading)}</title>
<style>body{margin:0;background:#f3f2ee}a{color:${p.color}}@media(max-width:600px){.card{width:100%!important}}</style></head>
<body>
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(p.preheader)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" class="card" width="580" cellpadding="0" cellspacing="0" style="background:#ffffff;border-radius:8px;font-family:Georgia,serif;color:#222222">
<tr><td style="background:${p.color};color:#ffffff;padding:18px 28px;font-size:20px;border-radius:8px 8px 0 0">${escapeHtml(p.brand)}</td></tr>
<tr><td style="padding:28px"><h1 style="margin:0 0 16px;font-size:24px">${escapeHtml(p.heading)}</h1>
${p.blocks.map((b) => `${b.title ? `<h2 style="font-size:17px;margin:20px 0 6px">${escapeHtml(b.title)}</h2>\n` : ''}<div style="line-height:1.55">${b.html}</div>`).join('\n')}
${p.button ? `<p style="margin:26px 0 0"><a href="${p.button.url}" style="background:${p.color};color:#ffffff;padding:11px 20px;border-radius:5px;text-decoration:none">${escapeHtml(p.button.text)}</a></p>` : ''}
</td></tr>
<tr><td style="padding:16px 28px;font-size:12px;color:#777777;border-top:1px solid #eeeeee">${p.footer}</td></tr>
</table></td></tr></table>
</body></html>`;
