/** What a mail's frame may do: show its own text and the pictures that came inside it. Nothing is fetched. */
const FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const BODY_STYLE =
  'margin:0;padding:16px;background:#fff;color:#1c1f20;font:15px/1.5 ui-sans-serif,system-ui,sans-serif;overflow-wrap:break-word';
/** Never needed to read a mail. The server has removed them already; this is the second lock. */
const UNWANTED =
  'script, style, meta, base, link, form, iframe, frame, object, embed, video, audio, source, svg, math, template';
/** Where a picture from elsewhere is named: the server renames the address, so that nothing fetches it by mistake. */
const REMOTE = ['data-remote-src', 'src', 'srcset'];
/** Most links shown under one message. */
export const MOST_LINKS = 50;

export interface MailLink {
  text: string;
  /** In ASCII (punycode), so that look-alike letters show. */
  host: string;
  url: string;
}

export interface FrameDocument {
  srcdoc: string;
  links: MailLink[];
  /** How many pictures would have been loaded from elsewhere. */
  remoteImages: number;
}

const readLink = (anchor: Element): MailLink | null => {
  try {
    const url = new URL(anchor.getAttribute('href') ?? '');
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
    const text = (anchor.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
    return { text: text.slice(0, 80) || 'picture', host: url.host, url: url.href };
  } catch {
    return null;
  }
};

/**
 * A document for a sandboxed frame, from HTML that the server has sanitised. Links are taken out of it, because a frame
 * without permissions can't follow them, and are listed with the host they really lead to.
 */
export const frameDocument = (html: string): FrameDocument => {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  for (const element of parsed.querySelectorAll(UNWANTED)) element.remove();
  const links: MailLink[] = [];
  for (const anchor of parsed.querySelectorAll('a[href], area[href]')) {
    const link = readLink(anchor);
    if (link && links.length < MOST_LINKS && !links.some((other) => other.url === link.url)) links.push(link);
    if (link) anchor.setAttribute('title', link.host);
    anchor.removeAttribute('href');
  }
  let remoteImages = 0;
  for (const image of parsed.querySelectorAll('img')) {
    if (image.getAttribute('src')?.startsWith('data:')) continue;
    if (REMOTE.some((name) => image.hasAttribute(name))) remoteImages += 1;
    image.removeAttribute('src');
    image.removeAttribute('srcset');
  }
  const srcdoc =
    `<!doctype html><html style="color-scheme:light"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}"><meta name="referrer" content="no-referrer">` +
    `</head><body style="${BODY_STYLE}">${parsed.body.innerHTML}</body></html>`;
  return { srcdoc, links, remoteImages };
};
