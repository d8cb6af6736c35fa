/** The people in Robin's life. Nobody here exists; every domain is reserved for examples (RFC 2606, RFC 6761). */
import type { Person } from './letter.ts';

const at = (name: string, address: string, signature: string, more: Partial<Person> = {}): Person => ({
  name,
  address,
  signature,
  ...more,
});

export const priya = at(
  'Priya Raman',
  'priya.raman@lanternworks.example',
  'Priya\nHead of Product, Lanternworks',
  { html: true },
);
export const marcus = at('Marcus Webb', 'marcus.webb@lanternworks.example', 'Marcus', { quotes: 'outlook' });
export const ines = at(
  'Inês Carvalho',
  'ines.carvalho@lanternworks.example',
  'Inês\nFirmware | Lanternworks',
  { html: true },
);
export const tobias = at('Tobias Lindqvist', 'tobias.lindqvist@lanternworks.example', '/T', { zone: 60 });
export const grace = at(
  'Grace Adeyemi',
  'grace.adeyemi@lanternworks.example',
  'Grace Adeyemi\nPeople & Office\nLanternworks Ltd, 4 Ropewalk Yard',
  { html: true },
);
export const dev = at('Dev Malhotra', 'dev.malhotra@lanternworks.example', 'Dev');
export const hanna = at('Hanna Kowalczyk', 'hanna@lanternworks.example', 'h.', { zone: 60 });
export const wexport = at(
  'Lorna Pike',
  'l.pike@wexcombe-harbour.example',
  'Lorna Pike\nDeputy Harbour Master, Wexcombe\nVHF 12',
  { quotes: 'outlook' },
);
export const ferries = at(
  'Callum Reid',
  'callum.reid@northsound-ferries.example',
  'Callum Reid\nMarine Operations, Northsound Ferries',
  { html: true },
);

export const sam = at('Sam Okafor', 'sam@okafor.example', 'x S');
export const mum = at('Margaret Hale', 'margaret@hale.example', 'Love, Mum');
export const dom = at('Dominic Hale', 'dom@hale.example', 'D', { zone: -300 });
export const auntie = at('Auntie Bea', 'beatrice.hale@example.org', 'Your loving aunt,\nBea', { html: true });
export const nia = at('Nia Pritchard', 'nia.pritchard@example.net', 'Nia x');
export const george = at('George Tan', 'george.tan@example.com', 'G.');
export const yusuf = at('Yusuf Demir', 'yusuf@demir-climbs.example', 'Yusuf', { html: true });
export const paula = at('Paula Whitlock', 'paula.whitlock@example.org', 'Paula (plot 14)');
export const bram = at('Bram de Wit', 'bram@example.net', 'Bram', { zone: 60 });

export const school = at(
  'Alderbrook Primary School',
  'office@alderbrook-school.example',
  'School Office\nAlderbrook Primary School\n020 7946 0112',
);
export const teacher = at('Ms Farrell', 'k.farrell@alderbrook-school.example', 'Kate Farrell\nClass 3F', {
  html: true,
});
export const parent = at('Joanne Sykes', 'jo.sykes@example.com', "Jo (Maisie's mum)");
export const choir = at(
  'Ropewalk Singers',
  'committee@ropewalk-singers.example',
  'Desmond, for the committee',
);
export const desmond = at('Desmond Clarke', 'desmond@ropewalk-singers.example', 'Desmond');
export const plumber = at(
  'Hartley & Daughter Plumbing',
  'val@hartley-plumbing.example',
  'Val Hartley\nHartley & Daughter, plumbing and heating\n020 7946 0188',
);
export const dentist = at(
  'Quayside Dental',
  'reception@quayside-dental.example',
  'Reception, Quayside Dental Practice',
);
export const landlord = at('Mr Abernathy', 'abernathy@ropewalk-lettings.example', 'R. Abernathy', {
  quotes: 'outlook',
});

export const katrin = at(
  'Katrin Vogel',
  'k.vogel@nordlicht-sensorik.example',
  'Mit freundlichen Grüßen\nKatrin Vogel\nNordlicht Sensorik GmbH, Hamburg',
  { quotes: 'de', zone: 60 },
);
export const elise = at(
  'Élise Moreau',
  'elise.moreau@gite-des-embruns.example',
  'Bien à vous,\nÉlise Moreau',
  { quotes: 'fr', zone: 60 },
);
export const javier = at('Javier Núñez', 'javier.nunez@puerto-azul.example', 'Un saludo,\nJavier', {
  quotes: 'es',
  zone: 60,
});
export const misaki = at(
  '佐藤 美咲',
  'm.sato@shiokaze-kaiun.example',
  '佐藤 美咲\n潮風海運株式会社 運航管理部',
  { zone: 540 },
);
export const layla = at('ليلى حداد', 'layla.haddad@marsa-translations.example', 'مع أطيب التحيات،\nليلى', {
  zone: 180,
});
