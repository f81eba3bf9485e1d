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
  const ascii = domainToASCII(domain.replace(/\.$/u, ""));
  const email = `${local}@${ascii}`;
  return local === "" || !ascii.includes(".") || email.length > MOST ? null : email;
}

/** Whether nothing is in it that ends an address, parts two, or is not seen. */
const isPlain = (text: string): boolean => !/[\s,;:<>"()[\]\\\p{C}]/u.test(text);
