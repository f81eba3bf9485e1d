import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Encrypts secrets that are stored, and reads them again. */
export type Sealing = {
  /** `text` sealed. `of` says whose it is, such as the ids of its row; the same is needed to read it. */
  readonly seal: (text: string, of: string) => string;
  /** What was sealed; null for what was sealed under another secret or for somebody else, and for what is no seal. */
  readonly unseal: (sealed: string, of: string) => string | null;
};

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = "v1";

/**
 * Seals by AES-256-GCM under a key that HKDF (RFC 5869, SHA-256) derives from the server's secret, each text with a
 * nonce of its own. A sealed text is `v1.` and base64url of nonce, tag and cipher text.
 */
export function sealing(secret: string): Sealing {
  const key = Buffer.from(hkdfSync("sha256", secret, "", "parley: keys of model providers", 32));
  return {
    seal(text, of) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(of));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url")}`;
    },
    unseal(sealed, of) {
      const [version, packed = ""] = sealed.split(".");
      const bytes = Buffer.from(packed, "base64url");
      if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) return null;
      const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)];
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(of)).setAuthTag(tag);
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString();
      } catch {
        return null;
      }
    },
  };
}
