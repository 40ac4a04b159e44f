// Stands in for iconv-lite, whose tables are for character sets other than utf8mb4. mysql2 asks it for `cesu8`, in which
// it reads the name of the authentication plugin in every handshake: ASCII, so UTF-8 reads it as well.
function utf8Only(encoding) {
  if (!/^(utf-?8|cesu-?8)$/i.test(encoding)) {
    throw new Error(`The character set ${encoding} is not in this bundle, which speaks utf8mb4 only.`);
  }
}
exports.encodingExists = (encoding) => /^(utf-?8|cesu-?8)$/i.test(encoding);
exports.getDecoder = (encoding) => {
  utf8Only(encoding);
  return { write: (bytes) => bytes.toString('utf8'), end: () => undefined };
};
exports.getEncoder = (encoding) => {
  utf8Only(encoding);
  return { write: (text) => Buffer.from(text, 'utf8'), end: () => undefined };
};
