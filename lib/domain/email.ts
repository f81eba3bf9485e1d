import { domainToASCII } from "node:url";

const MOST = 254;

/**
 * The one form of an e-mail address, in which it is stored, looked up and counted; null for what is none.
 *
 * Compatible characters become one (NFKC), letters small without regard to any language, and a domain is written as the
 * domain name system has it. The form of a form is the form itself.
 */
export function normalEmail(text: string): string | null {
  if (text.length > 4 * MOST) return null;
  // Small letters may come of composed ones, and the other way about: `İ` alone needs it twice.
  const small = text.trim().normalize("NFKC").toLowerCase().normalize("NFKC");
  const [local = "", domain = "", ...more] = small.split("@");
  if (more.length > 0 || !isPlain(local) || !isPlain(domain)) return null;
  if (!DOMAIN.test(domain)) return null;
  const ascii = domainToASCII(domain.replace(/\.$/u, ""));
  const labels = ascii.split(".");
  const email = `${local}@${ascii}`;
  return local === "" || labels.length < 2 || labels.includes("") || email.length > MOST ? null : email;
}

/** What may stand in a domain. Node would read anything else as the rest of a URL, and leave it out. */
const DOMAIN = /^[\p{L}\p{M}\p{N}._。-]+$/u;

/** Whether nothing is in it that ends an address, parts two, or is not seen. */
const isPlain = (text: string): boolean => !/[\s,;:<>"()[\]\\\p{C}]/u.test(text);
