import { decodeWords } from 'postal-mime';

/** Header text with its encoded words (RFC 2047) decoded. Most headers have none and come back as they are. */
export const decodeText = (value: string): string => (value.includes('=?') ? decodeWords(value) : value);
