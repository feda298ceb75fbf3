import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressClass, addressAllowed, classifyAddress, parseIpv6 } from '../../../src/core/net/address.ts';

describe('an address', () => {
  it.each<[string, AddressClass]>([
    ['8.8.8.8', 'public'],
    ['1.0.0.0', 'public'],
    ['9.255.255.255', 'public'],
    ['10.0.0.0', 'private'],
    ['10.255.255.255', 'private'],
    ['11.0.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.64.0.0', 'private'],
    ['100.100.100.200', 'forbidden'],
    ['100.127.255.255', 'private'],
    ['100.128.0.0', 'public'],
    ['126.255.255.255', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['128.0.0.0', 'public'],
    ['168.63.129.16', 'forbidden'],
    ['168.63.129.15', 'public'],
    ['169.253.255.255', 'public'],
    ['169.254.0.0', 'forbidden'],
    ['169.254.169.254', 'forbidden'],
    ['169.254.170.2', 'forbidden'],
    ['169.255.0.0', 'public'],
    ['172.15.255.255', 'public'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.0.0.192', 'forbidden'],
    ['192.0.2.1', 'forbidden'],
    ['192.88.99.1', 'forbidden'],
    ['192.167.255.255', 'public'],
    ['192.168.0.1', 'private'],
    ['192.169.0.0', 'public'],
    ['198.17.255.255', 'public'],
    ['198.18.0.1', 'private'],
    ['198.20.0.0', 'public'],
    ['198.51.100.7', 'forbidden'],
    ['203.0.113.7', 'forbidden'],
    ['223.255.255.255', 'public'],
    ['224.0.0.1', 'forbidden'],
    ['240.0.0.1', 'forbidden'],
    ['255.255.255.255', 'forbidden'],
    ['0.0.0.0', 'forbidden'],
    ['0.1.2.3', 'forbidden'],
    ['::', 'forbidden'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::FFFF:8.8.8.8', 'public'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:169.254.169.254', 'forbidden'],
    ['::127.0.0.1', 'forbidden'],
    ['::ffff:0:127.0.0.1', 'forbidden'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['64:ff9b::127.0.0.1', 'forbidden'],
    ['64:ff9b::10.0.0.1', 'forbidden'],
    ['64:ff9b::a9fe:a9fe', 'forbidden'],
    ['64:ff9b:1::8.8.8.8', 'forbidden'],
    ['100::1', 'forbidden'],
    ['2001::1', 'forbidden'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'forbidden'],
    ['2001:db8::1', 'forbidden'],
    ['2001:4860:4860::8888', 'public'],
    ['2002:7f00:1::', 'forbidden'],
    ['2606:4700:4700::1111', 'public'],
    ['3fff::1', 'forbidden'],
    ['4000::1', 'forbidden'],
    ['5f00::1', 'forbidden'],
    ['fc00::1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fd00:ec2::254', 'forbidden'],
    ['fd00:ec2::23', 'forbidden'],
    ['fd20:ce::254', 'forbidden'],
    ['fe80::1', 'forbidden'],
    ['febf::1', 'forbidden'],
    ['fec0::1', 'forbidden'],
    ['ff02::1', 'forbidden'],
  ])('%s is %s', (ip, is) => {
    expect(classifyAddress(ip)).toBe(is);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '127.0.0.01',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.256',
    '1.2.3.4.5',
    ' 1.2.3.4',
    '１.2.3.4',
    '[::1]',
    'fe80::1%eth0',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '12345::',
    'g::',
    '::1.2.3',
    '::1.2.3.4:5',
    ':1:2:3:4:5:6:7',
    '1:',
  ])('%j is no address, so forbidden', (ip) => {
    expect(classifyAddress(ip)).toBe('forbidden');
  });

  it('is allowed by network setting', () => {
    const rows = { public: '8.8.8.8', private: '10.0.0.1', loopback: '127.0.0.1', forbidden: '169.254.169.254' };
    const allowed = (network: 'public' | 'private' | 'loopback') =>
      Object.entries(rows).flatMap(([is, ip]) => (addressAllowed(network, ip) ? [is] : []));
    expect(allowed('public')).toEqual(['public']);
    expect(allowed('private')).toEqual(['public', 'private']);
    expect(allowed('loopback')).toEqual(['loopback']);
  });

  it('is read in every spelling of IPv6', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(7), fc.boolean(), (raw, from, upper) => {
        const bytes = [...raw];
        const groups = Array.from({ length: 8 }, (_, at) =>
          (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
        );
        const full = upper ? groups.join(':').toUpperCase() : groups.join(':');
        expect(parseIpv6(full)).toEqual(bytes);
        expect(parseIpv6(`${groups.slice(0, 6).join(':')}:${bytes.slice(12).join('.')}`)).toEqual(bytes);
        const zeroed = bytes.map((byte, at) => (at >= 2 * from && at < 2 * from + 4 ? 0 : byte));
        const short = `${groups.slice(0, from).join(':')}::${groups.slice(from + 2).join(':')}`;
        if (from < 7) expect(parseIpv6(short)).toEqual(zeroed);
      }),
    );
  });
});
