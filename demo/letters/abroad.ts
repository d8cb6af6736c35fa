import { dayName } from './dates.ts';
import { pdf } from './files.ts';
import { type Letter, robin, service } from './letter.ts';
import { elise, javier, katrin, layla, marcus, misaki, tobias } from './people.ts';
import { thread } from './thread.ts';

const latin1 = { charset: 'iso-8859-1' } as const;

export const abroad = (): Letter[] => [
  ...thread(
    'Rückfrage zu den Radarköpfen',
    [katrin, tobias],
    [
      [
        katrin,
        -23,
        '08:15',
        `Sehr geehrter Herr Hale, oder wenn Sie erlauben: lieber Robin,

die zwölf Radarköpfe sind geprüft und verpackt. Für drei davon fehlt noch die Angabe, ob die Flansche in Edelstahl oder in Bronze gewünscht sind. Bronze würde die Lieferung um etwa zehn Tage verzögern.

Können Sie mir bis Freitag Bescheid geben?`,
        latin1,
      ],
      [
        robin,
        -23,
        '10:40',
        `Liebe Katrin, Edelstahl bitte für alle zwölf. Bronze wäre schöner, aber die Möwen kennen den Unterschied nicht.

Tobias kümmert sich um den Zoll.`,
      ],
      [
        katrin,
        -22,
        '07:50',
        'Wunderbar, dann geht die Palette am Montag auf die Reise. Grüße an die Möwen!',
        latin1,
      ],
    ],
  ),
  {
    from: katrin,
    to: [robin],
    cc: [marcus],
    day: -9,
    time: '13:30',
    subject: 'Rechnung 2026-0118 über 12 Radarköpfe',
    ...latin1,
    text: `Lieber Robin,

anbei die Rechnung über 14.280,00 EUR, zahlbar innerhalb von 30 Tagen ohne Abzug. Für die verspätete Auftragsbestätigung möchte ich mich entschuldigen, unser Drucker hat gestreikt.

Mit freundlichen Grüßen
Katrin Vogel`,
    files: [
      pdf('Rechnung-2026-0118.pdf', [
        'Nordlicht Sensorik GmbH',
        'Rechnung 2026-0118',
        '12 x Radarkopf RK-80',
        'Summe 14.280,00 EUR',
      ]),
    ],
  },
  ...thread(
    'Gîte, semaine de juillet',
    [elise],
    [
      [
        robin,
        -17,
        '20:10',
        `Bonjour Madame Moreau,

nous aimerions revenir en juillet, si possible la deuxième semaine. Nous sommes toujours quatre, dont deux petits qui parlent encore du phare.`,
      ],
      [
        elise,
        -16,
        '09:25',
        `Chère famille Hale,

quel plaisir de vous lire ! La deuxième semaine de juillet est libre. Le prix reste le même, soit 780 €, et le vélo bleu a été réparé (il freine désormais).

Je vous garde la semaine jusqu'au ${dayName(10).split(' ')[1]} du mois. Un acompte de 200 € suffira.`,
        { starred: true },
      ],
      [
        robin,
        -16,
        '21:00',
        "Merci infiniment, nous prenons la semaine. L'acompte partira demain. Les enfants demandent si le chat est toujours là.",
      ],
      [
        elise,
        -15,
        '08:40',
        "Bien reçu, c'est noté. Le chat est toujours là, et toujours persuadé que la maison est à lui.",
      ],
    ],
  ),
  ...thread(
    'Prueba piloto en Puerto Azul',
    [javier, marcus],
    [
      [
        javier,
        -10,
        '09:45',
        `Hola Robin:

La autoridad portuaria ha aprobado la prueba. Podemos instalar dos mareógrafos en el muelle de levante a partir de marzo. ¿Qué necesitáis de nuestra parte: corriente, permiso de obra, un lanchero con paciencia?

¡Tenemos muchas ganas de empezar!`,
      ],
      [
        robin,
        -10,
        '11:20',
        'Hola Javier, ¡qué buena noticia! Corriente no hace falta, el panel solar basta. Permiso, sí. Y el lanchero con paciencia es imprescindible.',
      ],
      [
        javier,
        -9,
        '08:30',
        `Perfecto. El lanchero se llama Paco y su paciencia es legendaria. Te mando el plano del muelle; la escalera señalada con una cruz se mueve un poco, ojo.`,
        {
          files: [
            pdf('plano-muelle.pdf', [
              'Autoridad Portuaria de Puerto Azul',
              'Muelle de levante',
              'X = escalera (se mueve)',
            ]),
          ],
        },
      ],
    ],
  ),
  ...thread(
    '潮位データの更新頻度について',
    [misaki],
    [
      [
        misaki,
        -8,
        '00:40',
        `ロビン様

いつもお世話になっております。潮風海運の佐藤です。

現在、潮位データは十分ごとに更新されていますが、入港時のみ一分ごとに更新することは可能でしょうか。船長たちから要望がありました。

お手数ですが、今月中にご回答いただけますと幸いです。

よろしくお願いいたします。`,
        { encoding: 'base64' },
      ],
      [
        robin,
        -8,
        '09:10',
        `佐藤様

ご連絡ありがとうございます。入港の一時間前から一分ごとの更新に切り替えることは可能です。次回の定例会議で詳しくご説明いたします。

(My Japanese had help. The promise is my own.)`,
        { encoding: 'base64' },
      ],
      [
        misaki,
        -7,
        '01:05',
        `ロビン様

早速のご返信ありがとうございます。船長たちも喜んでおります。日本語もとてもお上手です。

会議を楽しみにしております。`,
        { encoding: 'base64' },
      ],
    ],
  ),
  ...thread(
    'ترجمة دليل المستخدم',
    [layla],
    [
      [
        layla,
        -6,
        '07:20',
        `مرحباً روبن،

انتهيت من ترجمة الفصول الأربعة الأولى من دليل المستخدم. لدي سؤال واحد: هل كلمة "datum" تعني هنا مستوى مرجعياً أم قراءة واحدة؟ النص الإنجليزي يستعملها بالمعنيين.

سأرسل الفصل الأخير يوم الأحد إن شاء الله.`,
        { encoding: 'base64' },
      ],
      [
        robin,
        -6,
        '10:05',
        'Dear Layla, wonderful, thank you! You have found our favourite mistake. In chapters 1 to 3 it is the reference level; in chapter 4 it is one reading. We are renaming both.',
      ],
      [
        layla,
        -4,
        '08:00',
        `شكراً على التوضيح يا روبن، فهمت الآن. الفصل الأخير مرفق، والفاتورة في نهاية الشهر كالعادة.`,
        { encoding: 'base64' },
      ],
    ],
  ),
  {
    from: service('Stadtbücherei Elbufer', 'ausleihe@elbufer-buecherei.example'),
    day: -4,
    time: '05:00',
    subject: 'Erinnerung: „Gezeiten für Anfänger“ ist überfällig',
    text: `Guten Tag,

das Buch „Gezeiten für Anfänger“ sollte bereits zurück sein. Bitte verlängern Sie es oder bringen Sie es vorbei. Die Gebühr beträgt inzwischen 1,50 €, was bei Flut wie bei Ebbe gleich bleibt.`,
  },
  {
    from: service('Boulangerie Le Goéland', 'bonjour@le-goeland.example'),
    day: -2,
    time: '06:45',
    subject: 'Votre commande de samedi est notée',
    ...latin1,
    text: `Bonjour Robin,

deux kouign-amann et une brioche, à retirer samedi dès 8 heures. Arrivez tôt : à 9 heures il ne reste que des miettes et des regrets.

À samedi !`,
  },
  {
    from: service('Librería El Faro', 'pedidos@libreria-elfaro.example'),
    day: -18,
    time: '17:55',
    subject: 'Tu pedido ya está en camino: «Cuentos de la marea»',
    text: `Hola Robin:

«Cuentos de la marea» ha salido hoy de nuestra tienda. Llegará en cinco o seis días, según el viento.

Importe: 18,90 €. ¡Gracias por leer en español!`,
    read: true,
  },
];
