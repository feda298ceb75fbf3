/** What `--help` prints. */
export const HELP = {
  main: `Valet Key without VS Code: the same policy, gateway and audit log, for continuous integration and tests.

  node dist/cli.js serve --policy FILE        run a gateway; prints how an MCP client starts the proxy
  node dist/cli.js decide --policy FILE       decide requests read from standard input
  node dist/cli.js explain --policy FILE      the same, with every rule and why it did or did not apply
  node dist/cli.js lint FILE…                 check policy files
  node dist/cli.js test FILE…                 run the tests: sections of policy files
  node dist/cli.js checkup [--workspace DIR]…  check MCP configurations on ten points
  node dist/cli.js audit verify DIR           check the hash chains of an audit log
  node dist/cli.js audit query DIR            print the records of an audit log

Run any command with --help for details. Output is JSON lines; diagnostics go to standard error.
Exit status: 0 success, 1 findings, denials or a broken chain, 2 wrong usage.
`,
  serve: `Runs a gateway until standard input ends.

  node dist/cli.js serve --policy FILE [--runtime-dir DIR] [--audit-dir DIR] [--approve ask|all|none] [--proxy env]

The policy file counts as approved when the gateway starts, and again at each "reload".
Credentials come from the environment (VALETKEY_CREDENTIAL_STRIPE for the service "stripe", "-" as "_"),
or, better, from the order "rotate": an environment cannot be erased after the start.

With --proxy env, requests go through the proxy that HTTPS_PROXY, ALL_PROXY or HTTP_PROXY names, but for the hosts in NO_PROXY.

Prints {"ready":true,"pid":…,"runtimeDir":…,"proxy":{"command":…,"args":[…],"env":{…}}}: what an MCP client
needs to start the proxy. Audit lines go to standard error.

To reach an MCP server of the policy, add "--server", NAME to the arguments of the proxy. Orders take the name of a
server or of its credential wherever they take the name of a service.

Takes orders on standard input, one JSON object a line, each answered with the same id:
  {"id":1,"do":"rotate","service":"stripe","credential":"…"}    store or replace a credential
  {"id":2,"do":"revoke","service":"stripe"}                     remove it and stop calls in progress
  {"id":3,"do":"freeze"}   {"id":4,"do":"freeze","service":"stripe"}   stop everything, or one service
  {"id":5,"do":"unfreeze"}                                      allow calls again
  {"id":8,"do":"review","server":"github-mcp"}                  accept the tools that an MCP server now offers
  {"id":6,"do":"reload"}                                        read the policy file again, as approved
  {"id":7,"do":"status"}                                        services with their state
  {"id":8,"do":"answer","approval":"…","allow":true,"for":"once"}      answer a question, see below

Where a rule has "approval", --approve none (the default) refuses with approval_denied, and --approve all allows every call.
With --approve ask, each question is printed as {"approval":{"id","service","method","target","agent","reason"?}} and waits for its
"answer": "allow" true or false, "for" "once" (the default) or, where the rule says "approval: remember", "10m".
`,
  decide: `Decides requests under a policy. Sends nothing.

  node dist/cli.js decide --policy FILE

Reads one JSON object a line: {"service":"stripe","method":"GET","path":"/v1/charges?limit=3"}
(also "query", "headers", "json", "form", "text", "agent"), or for a tool of an MCP server
{"server":"github-mcp","tool":"create_issue"}. Prints for each
  {"verdict":"allow|deny|ask|invalid","code"?,"rule"?,"reason","target"?,"headers"?}
where "target" is the exact request target that would be sent. Exit status 1 when any request is not allowed.
`,
  explain: `Decides requests under a policy, and explains each rule. Sends nothing.

  node dist/cli.js explain --policy FILE

Reads and prints what "decide" does, and for each request
  "rules":[{"rule","line","applied","why"}]
with every rule of its service in the order of the file, or every pattern of its server's tools: deny, ask, allow. Exit status 1 when any request is not allowed.
`,
  test: `Runs the tests: sections of policy files. Sends nothing.

  node dist/cli.js test FILE…

Prints one JSON object a test: {"file","line","name","expect","got","ok","reason"}. "got" is allow, ask, deny, or invalid
for a request that would be refused before any rule applies. Exit status 1 when a test fails.
`,
  lint: `Checks policy files.

  node dist/cli.js lint FILE…

Prints one JSON object a diagnostic: {"file","line","column","endLine","endColumn","severity","code","message"}.
Lines and columns count from 1. Exit status 1 when there is an error or a warning.
`,
  checkup: `Checks MCP configurations on ten points. Runs no server, uses no network, writes nothing.

  node dist/cli.js checkup [--home DIR] [--workspace DIR]… [--accept FILE] [--format sarif]

Prints one JSON object a finding:
  {"id","check":1…10,"severity","file","line","column","server"?,"key"?,"code","message","aspects"?}
where "key" is a JSON Pointer, and "aspects" are what other points say of the same secret. Lines and columns count from 1. docs/checkup.md explains every code.
Reads the usual places in the home folder (or in --home DIR, and then nothing outside it) and in each workspace.
--accept FILE names findings that you accept: a line each, as it is printed, with a "reason" added (and "kind": "not-a-secret"
for what is none). They are still printed, as "accepted", and do not change the exit status.
--format sarif prints one SARIF 2.1.0 log instead, for code scanning.
Says on standard error what was read. Exit status 1 when there is an error or a warning.
`,
  audit: `Checks and reads an audit log.

  node dist/cli.js audit verify DIR           exit status 1 when a chain is broken
  node dist/cli.js audit query DIR [--since TIME] [--service NAME] [--agent NAME] [--verdict VERDICT]

--since takes a time such as 2026-05-03T10:00:00Z or a span such as 24h, 30m or 7d.
--verdict takes allow, deny, or one of the refusal codes, such as policy_denied.
`,
};
