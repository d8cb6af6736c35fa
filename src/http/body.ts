import { HTTP_BODY_BYTES } from '#config/limits.ts';
import { AppError } from '#std/errors.ts';

const tooLarge = (): AppError =>
  new AppError('input', 'http.body-too-large', `A request has at most ${HTTP_BODY_BYTES} bytes`);

/** The body as text, up to the limit. Throws `http.body-too-large` as soon as it is passed, whatever the headers promised. */
export const readText = async (request: Request): Promise<string> => {
  if (Number(request.headers.get('content-length') ?? 0) > HTTP_BODY_BYTES) throw tooLarge();
  if (!request.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > HTTP_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
};

/** The JSON of a request; undefined when it has no body. Throws `http.not-json` and `http.bad-json`. */
export const readJson = async (request: Request): Promise<unknown> => {
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/json\s*(;|$)/i.test(type)) {
    throw new AppError('input', 'http.not-json', 'The body must be JSON', {
      help: 'Send it with the header content-type: application/json.',
    });
  }
  const text = await readText(request);
  if (text === '') return undefined;
  if (type === null) throw new AppError('input', 'http.not-json', 'The body must say that it is JSON');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('input', 'http.bad-json', 'The body is not proper JSON', { cause });
  }
};
