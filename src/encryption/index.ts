/** Keys and the cipher, for all who keep values or messages from others. */
export { decryptText, encryptText } from './cipher.js';
export { type EncryptionKey, type GivenKeys, Keys, type KeysUse } from './keys.js';
