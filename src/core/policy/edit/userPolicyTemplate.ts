/** What a new user policy file says. Short: it is the first thing that the user sees of the language. */
export const USER_POLICY_TEMPLATE = `# Valet Key: who may call what. Credentials are never written here; VS Code keeps them.
# A call that no rule allows is denied. New permissions take effect once you have reviewed them
# ("Valet Key: Review and Apply Policy Changes"); removed ones take effect on save.
#
# services:
#   stripe:
#     baseUrl: https://api.stripe.com
#     auth: { type: bearer }
#     policies:
#       - path: /v1/charges/**
#         methods: [GET]
version: 1
services: {}
`;
