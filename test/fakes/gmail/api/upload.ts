import { invalid } from './api-error.ts';
import { sectionsOf } from './multipart.ts';

/** The two halves of an upload: the JSON beside the mail (may be missing), and the mail. */
export const uploadOf = (
  query: URLSearchParams,
  contentType: string,
  body: Buffer,
): { json: Buffer | undefined; media: Buffer } => {
  const kind = query.get('uploadType');
  if (kind === 'media') {
    if (!/^message\/rfc822\b/i.test(contentType)) {
      throw invalid(`Media type '${contentType}' is not supported. Valid media types: [message/rfc822]`);
    }
    return { json: undefined, media: body };
  }
  if (kind !== 'multipart') throw invalid("Invalid value at 'uploadType': media and multipart are served");
  const [json, media] = sectionsOf(contentType, body);
  if (!json || !media) throw invalid('Multipart upload needs two parts');
  if (!/^application\/json\b/i.test(json.contentType) || !/^message\/rfc822\b/i.test(media.contentType)) {
    throw invalid('Multipart upload needs application/json first, then message/rfc822');
  }
  return { json: json.body, media: media.body };
};
