import type { Identity } from "../db/identities.ts";
import { PROVIDER_NAMES, type Voucher } from "./settings.ts";

const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(PROVIDER_NAMES));

/** The name that identities of a provider are kept under: its issuer, where it has one. */
export const providerOf = ({ kind, issuer }: Voucher): string => issuer ?? kind;

/** What people call the provider of an identity, and whether this server still lets anybody sign in with it. */
export function describeProvider(
  vouchers: readonly Voucher[],
  { provider }: Pick<Identity, "provider">,
): { readonly name: string; readonly isOffered: boolean } {
  const voucher = vouchers.find((one) => providerOf(one) === provider);
  if (voucher) return { name: voucher.name, isOffered: true };
  const host = URL.canParse(provider) ? new URL(provider).host : provider;
  return { name: NAMES.get(provider) ?? host, isOffered: false };
}
