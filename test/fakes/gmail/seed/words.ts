import type { MailKind } from './mail-at.ts';

type Some = readonly [string, ...string[]];

/** Everything here is made up; all hosts end in `.example`. */
export const PEOPLE: Some = [
  'Ada Marlow <ada@marlow.example>',
  'Ben Okafor <ben.okafor@north.example>',
  'Chiara Rossi <chiara@studio.example>',
  'Dana Levi <dana.levi@harbour.example>',
  'Emil Sandberg <emil@sandberg.example>',
  'Fatima Noor <fatima@clinic.example>',
  '"Grau, Hanna" <hanna.grau@law.example>',
  '=?utf-8?B?SsO8cmdlbiBXZWnDnw==?= <juergen@werk.example>',
];

export const TOPICS: Some = [
  'the garden plan',
  'the spring fair',
  'the roof',
  'the annual report',
  'the school trip',
  'the kitchen',
  'the new office',
  'the summer house',
  'the budget',
  'the choir',
];

export const SENDERS: Readonly<Record<'newsletter' | 'receipt' | 'notice', Some>> = {
  newsletter: [
    'The Weekly Gardener <news@gardener.example>',
    'City Museum <hello@museum.example>',
    'Bike Shop <offers@bikes.example>',
    'Cooking Letters <letters@cook.example>',
  ],
  receipt: [
    'Corner Books <orders@books.example>',
    'Rail <tickets@rail.example>',
    'Power Company <bills@power.example>',
  ],
  notice: [
    'Code Host <notifications@code.example>',
    'Calendar <calendar@plan.example>',
    'Bank <no-reply@bank.example>',
    'Parcel <status@parcel.example>',
  ],
};

export const SUBJECTS: Readonly<Record<MailKind, Some>> = {
  newsletter: ['This week: {}', 'Ten ideas for {}', 'Only until Sunday: {}'],
  receipt: ['Your receipt for {}', 'Invoice: {}', 'Order confirmed: {}'],
  notice: ['Reminder: {}', 'New comment on {}', 'Your parcel for {} is on its way'],
  person: ['About {}', 'Question on {}', 'Can we talk about {}?', '{}: next steps'],
  attachment: ['The papers for {}', 'Scan: {}', 'Pictures of {}'],
  odd: ['=?iso-8859-1?Q?Gr=FC=DFe_aus?= {}', '=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?= {}', '{}'],
};
