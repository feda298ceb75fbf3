/** How many proxies may be connected to one gateway at once. */
export const MAX_CONNECTIONS = 64;
