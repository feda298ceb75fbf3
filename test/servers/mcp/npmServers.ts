/** A real MCP server of npm, as a user would put it below `servers:`. */
export interface NpmServer {
  readonly name: string;
  readonly package: string;
  /** Pinned: what is compared is what Valet Key does to a server, not what its authors do. */
  readonly version: string;
  readonly args?: readonly string[];
  /** Variables that hold a credential: their values are made up when it is started. */
  readonly credentials?: readonly string[];
  readonly plain?: Readonly<Record<string, string>>;
  /** A tool that does something without a network; where there is none, one is called without its arguments. */
  readonly call?: readonly [tool: string, args: Readonly<Record<string, unknown>>];
  /** Whether it lists its tools where there is no network and no database. */
  readonly lists?: false;
}

/** Stands for a folder of the run's own. */
export const FOLDER = '<folder>';
/** A port of this machine on which nothing listens. */
const NOWHERE = '127.0.0.1:9';

export const NPM_SERVERS: readonly NpmServer[] = [
  {
    name: 'everything',
    package: '@modelcontextprotocol/server-everything',
    version: '2026.8.31',
    call: ['echo', { message: 'hello' }],
  },
  {
    name: 'filesystem',
    package: '@modelcontextprotocol/server-filesystem',
    version: '2026.8.31',
    args: [FOLDER],
    call: ['list_directory', { path: FOLDER }],
  },
  { name: 'memory', package: '@modelcontextprotocol/server-memory', version: '2026.8.31', call: ['read_graph', {}] },
  {
    name: 'github',
    package: '@modelcontextprotocol/server-github',
    version: '2025.4.8',
    credentials: ['GITHUB_PERSONAL_ACCESS_TOKEN'],
  },
  { name: 'notion', package: '@notionhq/notion-mcp-server', version: '2.5.2', credentials: ['NOTION_TOKEN'] },
  { name: 'sentry', package: '@sentry/mcp-server', version: '0.36.0', credentials: ['SENTRY_ACCESS_TOKEN'] },
  { name: 'context7', package: '@upstash/context7-mcp', version: '4.1.1', credentials: ['CONTEXT7_API_KEY'] },
  { name: 'tavily', package: 'tavily-mcp', version: '0.2.22', credentials: ['TAVILY_API_KEY'] },
  { name: 'exa', package: 'exa-mcp-server', version: '3.4.1', credentials: ['EXA_API_KEY'] },
  { name: 'firecrawl', package: 'firecrawl-mcp', version: '3.22.2', credentials: ['FIRECRAWL_API_KEY'] },
  { name: 'brave', package: '@brave/brave-search-mcp-server', version: '2.1.4', credentials: ['BRAVE_API_KEY'] },
  { name: 'playwright', package: '@playwright/mcp', version: '0.0.83', args: ['--headless'] },
  {
    name: 'elastic',
    package: '@elastic/mcp-server-elasticsearch',
    version: '0.3.1',
    credentials: ['ES_API_KEY'],
    plain: { ES_URL: `http://${NOWHERE}` },
  },
  { name: 'kubernetes', package: 'mcp-server-kubernetes', version: '4.1.7', credentials: ['KUBE_TOKEN'] },
  { name: 'hubspot', package: '@hubspot/mcp-server', version: '0.4.0', credentials: ['PRIVATE_APP_ACCESS_TOKEN'] },
  {
    name: 'figma',
    package: 'figma-developer-mcp',
    version: '0.13.2',
    args: ['--stdio'],
    credentials: ['FIGMA_API_KEY'],
  },
  {
    name: 'gitlab',
    package: '@zereight/mcp-gitlab',
    version: '2.1.64',
    credentials: ['GITLAB_PERSONAL_ACCESS_TOKEN'],
    plain: { GITLAB_API_URL: `http://${NOWHERE}` },
  },
  { name: 'airtable', package: 'airtable-mcp-server', version: '1.14.0', credentials: ['AIRTABLE_API_KEY'] },
  {
    name: 'postgres',
    package: '@modelcontextprotocol/server-postgres',
    version: '0.6.2',
    args: [`postgresql://u@${NOWHERE}/x`],
  },
  {
    name: 'slack',
    package: '@modelcontextprotocol/server-slack',
    version: '2025.4.25',
    credentials: ['SLACK_BOT_TOKEN'],
    plain: { SLACK_TEAM_ID: 'T0' },
  },
  { name: 'chrome', package: 'chrome-devtools-mcp', version: '1.11.0' },
  { name: 'shopify', package: '@shopify/dev-mcp', version: '1.16.0' },
  { name: 'stripe', package: '@stripe/mcp', version: '0.3.3', credentials: ['STRIPE_SECRET_KEY'], lists: false },
  {
    name: 'supabase',
    package: '@supabase/mcp-server-supabase',
    version: '0.13.0',
    credentials: ['SUPABASE_ACCESS_TOKEN'],
    lists: false,
  },
  {
    name: 'mysql',
    package: '@benborla29/mcp-server-mysql',
    version: '2.0.9',
    credentials: ['MYSQL_PASS'],
    plain: { MYSQL_HOST: '127.0.0.1', MYSQL_PORT: '9', MYSQL_USER: 'x', MYSQL_DB: 'x' },
    lists: false,
  },
];
