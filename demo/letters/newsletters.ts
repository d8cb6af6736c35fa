import { type Letter, service } from './letter.ts';
import { offerLists } from './offer-lists.ts';
import { escapeHtml, page } from './page.ts';
import { readingLists } from './reading-lists.ts';

/** Day, time, subject, opening, and the items: title and text. */
type Issue = [
  day: number,
  time: string,
  subject: string,
  opening: string,
  items: [title: string, text: string][],
];

export interface List {
  brand: string;
  address: string;
  color: string;
  footer: string;
  /** RFC 8058: can be left with one POST. */
  oneClick?: boolean;
  issues: Issue[];
}

const letters = (list: List): Letter[] =>
  list.issues.map(([day, time, subject, opening, items], i) => {
    const domain = list.address.slice(list.address.indexOf('@') + 1);
    const leave = `https://${domain}/leave/rh-${i + 1}`;
    const html = page({
      brand: list.brand,
      color: list.color,
      preheader: opening,
      heading: subject,
      blocks: [
        { html: `<p>${escapeHtml(opening)}</p>` },
        ...items.map(([title, text]) => ({ title, html: `<p>${escapeHtml(text)}</p>` })),
      ],
      button: { text: 'Read on the web', url: `https://${domain}/issues/${i + 1}` },
      footer: `${escapeHtml(list.footer)} <a href="${leave}">Unsubscribe</a>.<img src="https://${domain}/seen/${i + 1}.gif" width="1" height="1" alt="">`,
    });
    const text = [
      opening,
      ...items.map(([t, body]) => `${t.toUpperCase()}\n${body}`),
      `--\n${list.footer}\nUnsubscribe: ${leave}`,
    ];
    return {
      from: service(list.brand, list.address),
      day,
      time,
      subject,
      text: text.join('\n\n'),
      html,
      headers: [
        ['List-Id', `${list.brand} <news.${domain}>`],
        ['List-Unsubscribe', `<${leave}>, <mailto:leave@${domain}?subject=leave>`],
        ...(list.oneClick
          ? ([['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click']] as [string, string][])
          : []),
        ['Precedence', 'bulk'],
      ],
      read: day < -12 && i % 2 === 0,
    };
  });

export const newsletters = (): Letter[] => [...readingLists, ...offerLists].flatMap(letters);
