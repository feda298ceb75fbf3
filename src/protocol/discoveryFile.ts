import * as z from 'zod';

/**
 * What one gateway writes into the runtime directory so that proxies find it: `<gatewayId>.json`, mode 0600, written
 * atomically. The key proves to both sides that the other one can read this file; it opens nothing else.
 */
export const discoverySchema = z.object({
  protocol: z.number().int(),
  gatewayId: z.string().regex(/^[0-9a-f]{16}$/),
  /** The gateway's own process: a file whose process is gone is stale. */
  pid: z.number().int().positive(),
  /** The extension host's process, the host of the proxies that VS Code itself starts. */
  hostPid: z.number().int().positive(),
  /** A Unix socket's path or a Windows pipe's name. */
  socket: z.string().min(1),
  /** Workspace folders, absolute local paths. */
  folders: z.array(z.string()),
  /** Milliseconds since the epoch. */
  focusedAt: z.number(),
  /** 32 random bytes in hex. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
});
export type DiscoveryFile = z.infer<typeof discoverySchema>;
