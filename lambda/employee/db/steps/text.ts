/**
 * Collations that MySQL and MariaDB share and that compare text as it was written. Their defaults differ and merge what
 * people tell apart: to utf8mb4_general_ci all emoji are one character.
 */
export const EXACT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
/** For words of the contract and ids. */
export const WORD = 'CHARACTER SET ascii COLLATE ascii_bin';
