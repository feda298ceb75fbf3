/** What APIs answer on an ordinary day, as JSON: many short fields, and few long texts. */
export const ORDINARY_ANSWERS: Readonly<Record<string, string>> = {
  'a Stripe list of 100 charges': JSON.stringify({
    object: 'list',
    data: Array.from({ length: 100 }, (_, i) => charge(i)),
  }),
  '1 MB of GitHub issues': JSON.stringify(Array.from({ length: 700 }, (_, i) => issue(i))),
};

function id(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll('-', '');
}

function charge(i: number): object {
  return {
    id: id('ch_'),
    object: 'charge',
    amount: 2000 + i,
    balance_transaction: id('txn_'),
    billing_details: {
      address: { city: 'Berlin', country: 'DE', line1: 'Unter den Linden 5', line2: null, postal_code: '10117' },
      email: `customer${i}@example.com`,
      name: 'Jenny Rosen',
    },
    created: 1_679_090_539 + i,
    currency: 'usd',
    customer: id('cus_'),
    description: `Invoice number ${i} for consulting & support`,
    metadata: { order_id: `${6735 + i}`, note: 'Deliver to the back door, please.' },
    outcome: { network_status: 'approved_by_network', risk_score: 32, seller_message: 'Payment complete.' },
    paid: true,
    payment_intent: id('pi_'),
    payment_method_details: { card: { brand: 'visa', exp_month: 3, exp_year: 2030, last4: '4242' }, type: 'card' },
    receipt_url: `https://pay.example.com/receipts/${id('')}?s=ap`,
    status: 'succeeded',
  };
}

function issue(i: number): object {
  const repository = 'https://api.example.com/repos/octocat/hello-world';
  return {
    url: `${repository}/issues/${i}`,
    labels_url: `${repository}/issues/${i}/labels{/name}`,
    node_id: id('I_'),
    number: i,
    title: `Crash when opening a file with a "quote" in its name #${i}`,
    user: { login: 'octocat', avatar_url: 'https://avatars.example.com/u/1?v=4', type: 'User', site_admin: false },
    labels: [{ id: 208_045_946, name: 'bug', color: 'f29513', default: true }],
    state: 'open',
    created_at: '2026-04-22T13:33:48Z',
    body: `### Steps\r\n\r\n1. Open \`C:\\Users\\me\\file.txt\`\r\n2. Run \`npm i && npm test\`\r\n\r\n\`\`\`ts\r\nconst x = a < b ? "one" : 'two';\r\n\`\`\`\r\n\r\nSee [the docs](https://example.com/docs?a=1&b=2%20c). ${'The quick brown fox jumps over the lazy dog. '.repeat(16)}`,
  };
}
