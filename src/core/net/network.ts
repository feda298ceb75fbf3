export type Network = 'public' | 'private' | 'loopback';
