// What mail programs write above the mail that they quote, in the languages they speak. A line is tested lower-cased.

/** "On … wrote:": words that end such a line, before a colon and perhaps a name. */
const WROTE =
  'wrote|writes|schrieb|geschrieben|a écrit|écrit|escribió|escribio|ha escrito|ha scritto|scritto|schreef|geschreven|escreveu|skrev|kirjoitti|napisał|napisała|napisał\\(a\\)|pisze|napsal|napsala|napsal\\(a\\)|napísal|írta|yazdı|написал|написала|написал\\(а\\)|пишет|писал|написав|έγραψε|写道|寫道|님이 작성|작성';
const ENDS_WITH_WROTE = new RegExp(`(?:${WROTE})(?:\\s[^:]{0,120})?\\s*[:：]$`, 'u');
const STARTS_ATTRIBUTION =
  /^(?:(?:on|am|le|el|il|op|em|den|på|w dniu|dne|dňa|v|в|at|mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|στις)[\s,]|\d{1,2}[./]|\d{4}[-/年.])/u;
const HAS_DATE_OR_ADDRESS = /\d|@|</;
const JAPANESE = /\d{4}年\d{1,2}月\d{1,2}日.{0,120}[:：]$/u;

/** Whether the text, one to three joined lines in lower case, says who wrote what follows. */
export const isAttribution = (text: string): boolean =>
  text.length <= 400 &&
  HAS_DATE_OR_ADDRESS.test(text) &&
  (ENDS_WITH_WROTE.test(text) || JAPANESE.test(text)) &&
  text.length > 8;

/** Whether an attribution may start on this line and go on in the next ones. */
export const mayStartAttribution = (line: string): boolean =>
  STARTS_ATTRIBUTION.test(line) || line.includes('@') || line.includes('年');

const ORIGINAL =
  'original message|original appointment|forwarded message|forwarded by .{1,80}|begin forwarded message|ursprüngliche nachricht|originalnachricht|original-nachricht|weitergeleitete nachricht|message d.origine|message original|message transféré|message transmis|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht|mensagem original|mensagem encaminhada|ursprungligt meddelande|vidarebefordrat meddelande|oprindelig meddelelse|videresendt meddelelse|opprinnelig melding|videresendt melding|alkuperäinen viesti|edelleenlähetetty viesti|wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|původní zpráva|přeposlaná zpráva|исходное сообщение|пересылаемое сообщение|пересланное сообщение|orijinal ileti|iletilen ileti|原始邮件|邮件原件|转发的邮件|转发邮件|元のメッセージ|転送メッセージ|원본 메시지|전달된 메시지';
const RULED_ORIGINAL = new RegExp(`^[-_=*\\s]{2,}(?:${ORIGINAL})[-_=*:\\s]*$`, 'u');
const BARE_ORIGINAL =
  /^(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié|inizio messaggio inoltrato|inicio del mensaje reenviado):?$/u;

/** "-----Original Message-----", "---------- Forwarded message ---------". */
export const isOriginalMark = (line: string): boolean =>
  line.length <= 200 && (RULED_ORIGINAL.test(line) || BARE_ORIGINAL.test(line));

const FROM =
  /^\*?(?:from|von|de|da|van|fra|från|lähettäjä|od|от|от кого|kimden|gönderen|发件人|寄件者|差出人|보낸 사람|από)\*?\s*[:：]/u;
const OTHER =
  /^\*?(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|date d'envoi|à|objet|enviado|enviado el|fecha|para|asunto|inviato|data|a|oggetto|verzonden|aan|onderwerp|assunto|sendt|dato|til|emne|skickat|till|ämne|lähetetty|vastaanottaja|aihe|wysłano|do|temat|odesláno|komu|předmět|отправлено|дата|кому|тема|gönderildi|tarih|kime|konu|发送时间|日期|收件人|抄送|主题|送信日時|日時|宛先|件名|보낸 날짜|받는 사람|제목|στάλθηκε|προς|θέμα)\*?\s*[:：]/u;

/** "From:" in any language, as it starts the block of headers above a quoted mail. */
export const isQuotedFrom = (line: string): boolean => line.length <= 500 && FROM.test(line);

/** Any other header of such a block. */
export const isQuotedHeader = (line: string): boolean => line.length <= 1_000 && OTHER.test(line);

const SENT_FROM =
  /^(?:sent (?:from|via|with) (?:my |the )?\S|get outlook for |von meinem \S.{0,40} gesendet|gesendet (?:von|mit) |envoyé (?:de|depuis|à partir de) |enviado (?:desde|do|de) |inviato da |verstuurd vanaf |verzonden (?:vanaf|met) |skickat från |sendt fra |lähetetty |wysłane? z |odesláno z |отправлено (?:с|из) |发自我的|iphoneから送信|나의 .{1,20}에서 보냄)/u;

/** "Sent from my phone". */
export const isSentFrom = (line: string): boolean => line.length <= 100 && SENT_FROM.test(line);

const LIST_RULE = /^_{30,}$/;

/** The rule above the footer of a mailing list. */
export const isListRule = (line: string): boolean => LIST_RULE.test(line);
