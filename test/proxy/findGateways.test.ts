import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DiscoveryFile } from '../../src/protocol/discoveryFile.ts';
import { type ClientLocation, rankGateways, readGateways } from '../../src/proxy/findGateways.ts';

function window(id: number, more: Partial<DiscoveryFile> = {}): DiscoveryFile {
  return {
    protocol: 1,
    gatewayId: id.toString(16).padStart(16, '0'),
    pid: process.pid,
    hostPid: 2000 + id,
    socket: `/run/${id}.sock`,
    folders: [],
    focusedAt: id,
    key: 'ab'.repeat(32),
    ...more,
  };
}

const nowhere: ClientLocation = { parentPid: 1, home: '/home/ada', workingDirectory: '/home/ada', roots: [] };

function ranked(all: DiscoveryFile[], own: Partial<ClientLocation> = {}): (readonly [id: number, scope: string])[] {
  return rankGateways(all, { ...nowhere, ...own }).map(
    ({ discovery, scope }) => [Number.parseInt(discovery.gatewayId, 16), scope] as const,
  );
}

describe('the gateway that a proxy takes', () => {
  it('is the one of the window that started it, before all else', () => {
    const all = [window(1), window(2, { folders: ['/projects/a'] }), window(3)];
    expect(ranked(all, { parentPid: 2001, workingDirectory: '/projects/a', roots: ['/projects/a'] })[0]).toEqual([
      1,
      'window',
    ]);
  });

  it('then one whose folders hold the roots or the working directory', () => {
    const all = [window(1, { folders: ['/projects/a', '/projects/b'] }), window(2), window(3)];
    expect(ranked(all, { workingDirectory: '/projects/b/src' })[0]).toEqual([1, 'window']);
    expect(ranked(all, { workingDirectory: '/projects/b' })[0]).toEqual([1, 'window']);
    expect(ranked(all, { roots: ['/elsewhere', '/projects/a/deep'] })[0]).toEqual([1, 'window']);
  });

  it('never one whose folder only begins alike, or that holds the home directory alone', () => {
    const all = [window(1, { folders: ['/projects/a', '/home/ada'] }), window(2)];
    expect(ranked(all, { workingDirectory: '/projects/ab' })).toEqual([
      [2, 'user'],
      [1, 'user'],
    ]);
    expect(ranked(all, { workingDirectory: '/home/ada' })[0]).toEqual([2, 'user']);
  });

  it('then the only window there is', () => {
    expect(ranked([window(1)])).toEqual([[1, 'window']]);
  });

  it('else the last focused one, with the policy of the user alone', () => {
    expect(ranked([window(1), window(3), window(2)])).toEqual([
      [3, 'user'],
      [2, 'user'],
      [1, 'user'],
    ]);
  });

  it('of several that fit is the last focused', () => {
    const folders = ['/projects/a'];
    const all = [window(1, { folders }), window(3, { folders }), window(2, { folders }), window(9)];
    expect(ranked(all, { roots: ['/projects/a'] })).toEqual([
      [3, 'window'],
      [2, 'window'],
      [1, 'window'],
      [9, 'user'],
    ]);
  });

  it('is none where there is none', () => {
    expect(ranked([])).toEqual([]);
  });
});

describe('the discovery files', () => {
  it('that are whole and of this version are read, and no others', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vk-'));
    const write = (name: string, text: string): void => fs.writeFileSync(path.join(folder, name), text);
    const good = window(1);
    write('0000000000000001.json', JSON.stringify(good));
    write('0000000000000002.json', '{"protocol":1,');
    write('0000000000000003.json', JSON.stringify({ ...window(3), protocol: 99 }));
    write('0000000000000004.json', JSON.stringify({ ...window(4), key: 'short' }));
    write('other.json', JSON.stringify(window(5)));
    write('0000000000000006.json.tmp', JSON.stringify(window(6)));
    execFileSync('mkfifo', [path.join(folder, '0000000000000007.json')]);
    fs.chmodSync(folder, 0o700);
    expect(readGateways(folder)).toEqual([good]);
    fs.chmodSync(folder, 0o750);
    expect(() => readGateways(folder)).toThrow(/open to other users/);
    expect(readGateways(path.join(folder, 'missing'))).toEqual([]);
    fs.rmSync(folder, { recursive: true });
  });
});
