import { BlockList, isIP } from 'node:net';
import { VoicebotError } from '../../domain/errors.ts';

/** Addresses and networks, as `10.0.0.0/8, ::1`. */
export class AddressList {
  readonly #list = new BlockList();

  /** @throws VoicebotError `invalid-config` that names what is no address. */
  constructor(text: string) {
    for (const one of text.split(',').map((part) => part.trim())) {
      if (one === '') continue;
      const [address = '', bits] = one.split('/');
      const family = isIP(address);
      const prefix = bits === undefined ? undefined : Number(bits);
      const most = family === 6 ? 128 : 32;
      if (family === 0 || (prefix !== undefined && !(Number.isInteger(prefix) && prefix >= 0 && prefix <= most))) {
        throw new VoicebotError('invalid-config', `'${one.slice(0, 60)}' is no address and no network.`, {
          hint: 'Write them as 192.0.2.7 or 10.0.0.0/8, separated by commas.',
        });
      }
      const type = family === 6 ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#list.addAddress(address, type);
      else this.#list.addSubnet(address, prefix, type);
    }
  }

  has(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** IPv4 as it is, also where the system tells it as IPv6. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '');

/**
 * The address that a request comes from. What proxies say of it is believed where they are trusted: the last address that is not one of theirs.
 * @param forwarded the header X-Forwarded-For.
 */
export function clientAddress(peer: string, forwarded: string | undefined, trusted: AddressList): string {
  let address = plainAddress(peer);
  const hops = forwarded?.split(',').map((hop) => plainAddress(hop.trim())) ?? [];
  for (let hop = hops.pop(); trusted.has(address) && hop !== undefined && isIP(hop) !== 0; hop = hops.pop()) address = hop;
  return address;
}
